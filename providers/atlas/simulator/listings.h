// The reading side: service accounts, organizations and their settings.
#pragma once

#include <string>
#include <variant>

#include "providers/atlas/simulator/sign_in.h"
#include "providers/atlas/simulator/state.h"

namespace keytide::simulator {

// listOrgServiceAccounts, listGroupServiceAccounts.
HttpResponse list_accounts(const State& state, const Call& call, const Site& site);
// getOrgServiceAccount, getGroupServiceAccount.
HttpResponse get_account(const State& state, Account& account);
// listOrgs: those that the caller belongs to.
HttpResponse list_orgs(const State& state, const Call& call, const Principal& who);
HttpResponse get_org(const Site& org);
HttpResponse get_settings(const Site& org);
HttpResponse update_settings(const Call& call, Site& org);

}  // namespace keytide::simulator
