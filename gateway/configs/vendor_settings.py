"""What vendors want beside a key, as fields of a config. Source: portkey.ai, request headers by provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.configs.checks import scalar, scalar_or_object
from gateway.configs.faults import Check

PLAIN = """
resource_name deployment_id api_version azure_resource_name azure_deployment_id azure_api_version
azure_model_name azure_ad_token azure_auth_mode azure_managed_client_id azure_workload_client_id
azure_workload_token_file
azure_entra_tenant_id azure_entra_client_id azure_entra_client_secret azure_entra_scope azure_foundry_url
azure_endpoint_name azure_deployment_name azure_deployment_type azure_region
aws_access_key_id aws_secret_access_key aws_session_token aws_region aws_role_arn aws_external_id
aws_auth_type aws_batch_role_arn aws_s3_bucket aws_s3_object_key aws_bedrock_model aws_service
aws_server_side_encryption
amz_server_side_encryption amz_server_side_encryption_aws_kms_key_id
amzn_sagemaker_custom_attributes amzn_sagemaker_target_model amzn_sagemaker_target_variant
amzn_sagemaker_target_container_hostname amzn_sagemaker_inference_id amzn_sagemaker_enable_explanations
amzn_sagemaker_inference_component amzn_sagemaker_session_id amzn_sagemaker_model_name
vertex_project_id vertex_region vertex_auth_type vertex_storage_bucket_name vertex_skip_ptu_cost_attribution
openai_organization openai_project openai_beta anthropic_beta anthropic_version
provider_file_name provider_model provider_batch_endpoint file_purpose file_upload_size model_type
workers_ai_account_id huggingface_base_url fireworks_account_id snowflake_account databricks_workspace
mistral_fim_completion stability_client_id stability_client_user_id stability_client_version
oracle_api_version oracle_region oracle_compartment_id oracle_serving_mode oracle_tenancy oracle_user
oracle_fingerprint oracle_private_key oracle_key_passphrase
"""
AS_JSON = """
vertex_service_account_json azure_extra_params azure_extra_parameters azure_deployments azure_deployment_config
deployments
"""
CREDENTIALS = """
api_key azure_ad_token azure_entra_client_secret aws_secret_access_key aws_session_token vertex_service_account_json
oracle_private_key oracle_key_passphrase
"""

SETTINGS: Final[Mapping[str, Check]] = dict.fromkeys(PLAIN.split(), scalar) | dict.fromkeys(
    AS_JSON.split(), scalar_or_object
)
"""Each is also a header, `x-portkey-` and the name with hyphens."""
SECRETS = frozenset(CREDENTIALS.split())
"""Fields of a config that are never shown again."""
