terraform {
  required_providers {
    auth0 = { source = "auth0/auth0" }
  }
}

# Address and credentials come from AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET.
provider "auth0" {}

variable "display_name" {
  default = "Acme"
}

variable "job_scopes" {
  default = ["read:orders"]
}

resource "auth0_resource_server" "orders" {
  name           = "Orders"
  identifier     = "https://orders.example.com/"
  token_lifetime = 3600

  # Role permissions need it.
  enforce_policies = true
  token_dialect    = "access_token_authz"

  subject_type_authorization {
    user {
      policy = "require_client_grant"
    }
    client {
      policy = "require_client_grant"
    }
  }
}

resource "auth0_resource_server_scopes" "orders" {
  resource_server_identifier = auth0_resource_server.orders.identifier

  scopes {
    name        = "read:orders"
    description = "Read orders"
  }
  scopes {
    name        = "write:orders"
    description = "Change orders"
  }
}

resource "auth0_client" "job" {
  name        = "Nightly job"
  app_type    = "non_interactive"
  grant_types = ["client_credentials"]
}

resource "auth0_client_credentials" "job" {
  client_id             = auth0_client.job.id
  authentication_method = "client_secret_post"
}

resource "auth0_client" "portal" {
  name            = "Portal"
  app_type        = "regular_web"
  callbacks       = ["https://portal.example.com/callback"]
  grant_types     = ["authorization_code", "refresh_token"]
  client_metadata = { team = "web" }
}

resource "auth0_client_grant" "job" {
  depends_on             = [auth0_resource_server_scopes.orders]
  client_id              = auth0_client.job.id
  audience               = auth0_resource_server.orders.identifier
  scopes                 = var.job_scopes
  subject_type           = "client"
  organization_usage     = "allow"
  allow_any_organization = false
}

resource "auth0_client_grant" "portal" {
  client_id        = auth0_client.portal.id
  audience         = auth0_resource_server.orders.identifier
  subject_type     = "user"
  allow_all_scopes = true
}

resource "auth0_client_grant" "third_parties" {
  depends_on   = [auth0_resource_server_scopes.orders]
  default_for  = "third_party_clients"
  audience     = auth0_resource_server.orders.identifier
  scopes       = ["read:orders"]
  subject_type = "user"
}

resource "auth0_organization" "acme" {
  name         = "acme"
  display_name = var.display_name
}

resource "auth0_organization_client_grant" "acme" {
  organization_id = auth0_organization.acme.id
  grant_id        = auth0_client_grant.job.id
}

resource "auth0_role" "clerk" {
  name        = "Clerk"
  description = "Reads orders"
}

resource "auth0_role_permissions" "clerk" {
  depends_on = [auth0_resource_server_scopes.orders]
  role_id    = auth0_role.clerk.id

  permissions {
    name                       = "read:orders"
    resource_server_identifier = auth0_resource_server.orders.identifier
  }
}
