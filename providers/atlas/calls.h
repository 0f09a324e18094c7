// The calls that keytide makes, as the public description of the Atlas Admin API has them. Pure.
#pragma once

#include "core/model/ids.h"
#include "providers/atlas/client.h"

namespace keytide {

constexpr int kItemsPerPage = 500;  // the most that `itemsPerPage` takes

AtlasCall list_accounts_call(const Scope& scope, int page);      // list…ServiceAccounts
AtlasCall get_account_call(const AccountKey& key);               // get…ServiceAccount
AtlasCall create_secret_call(const AccountKey& key, int hours);  // create…ServiceAccountSecret
AtlasCall delete_secret_call(const AccountKey& key, const SecretId& id);  // delete…Secret
AtlasCall org_settings_call(const Scope& org);                            // getOrgSettings

// Whether the ids can stand in a path: letters, digits, `_` and `-`. The manifest's decoder checks
// their exact form; this keeps a slash or a query from the command line out of the URL.
Result<void> check_ids(const AccountKey& key);

}  // namespace keytide
