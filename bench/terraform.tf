# 200 resources, for bench/parts/terraform.mjs.

terraform {
  required_providers {
    auth0 = {
      source = "auth0/auth0"
    }
  }
}

provider "auth0" {}

variable "each" {
  default = 50
}

resource "auth0_resource_server" "service" {
  count      = var.each
  identifier = "https://service-${count.index}.example.com/"
  name       = "Service API ${count.index}"
}

resource "auth0_resource_server_scopes" "service" {
  count                      = var.each
  resource_server_identifier = auth0_resource_server.service[count.index].identifier

  dynamic "scopes" {
    for_each = ["read:orders", "create:orders", "update:orders", "delete:orders"]
    content {
      name        = scopes.value
      description = scopes.value
    }
  }
}

resource "auth0_client" "service" {
  count       = var.each
  name        = "Service ${count.index}"
  app_type    = "non_interactive"
  grant_types = ["client_credentials"]
}

resource "auth0_client_grant" "service" {
  count        = var.each
  client_id    = auth0_client.service[count.index].id
  audience     = auth0_resource_server_scopes.service[count.index].resource_server_identifier
  scopes       = ["read:orders", "create:orders"]
  subject_type = "client"
}
