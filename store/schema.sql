CREATE TABLE api_keys (
	id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	description VARCHAR,
	kind VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	user_id VARCHAR,
	key_hash VARCHAR NOT NULL,
	masked_key VARCHAR NOT NULL,
	previous_hash VARCHAR,
	previous_expires_at_ms INTEGER,
	scopes VARCHAR NOT NULL,
	defaults VARCHAR,
	status VARCHAR NOT NULL,
	creation_mode VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	expires_at_ms INTEGER,
	usage_limits VARCHAR,
	rate_limits VARCHAR,
	alert_emails VARCHAR,
	rotation_policy VARCHAR,
	next_rotation_at_ms INTEGER,
	sealed_secret BLOB,
	last_used_at_ms INTEGER,
	PRIMARY KEY (id),
	UNIQUE (key_hash),
	UNIQUE (previous_hash)
);

CREATE TABLE audit (
	number INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	actor_id VARCHAR NOT NULL,
	actor_name VARCHAR NOT NULL,
	user_type VARCHAR NOT NULL,
	user_id VARCHAR,
	workspace VARCHAR,
	client_ip VARCHAR,
	user_agent VARCHAR,
	method VARCHAR NOT NULL,
	uri VARCHAR NOT NULL,
	"query" VARCHAR NOT NULL,
	request_id VARCHAR NOT NULL,
	resource_type VARCHAR NOT NULL,
	resource_id VARCHAR,
	action VARCHAR NOT NULL,
	status INTEGER NOT NULL,
	changes VARCHAR NOT NULL,
	previous_hash VARCHAR NOT NULL,
	hash VARCHAR NOT NULL,
	PRIMARY KEY (number)
);

CREATE INDEX ix_audit_at_ms ON audit (at_ms);

CREATE TABLE channels (
	id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	sealed_url BLOB NOT NULL,
	masked_url VARCHAR NOT NULL,
	events VARCHAR NOT NULL,
	enabled BOOLEAN NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	PRIMARY KEY (id),
	UNIQUE (name)
);

CREATE TABLE configs (
	id VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	is_default BOOLEAN NOT NULL,
	status VARCHAR NOT NULL,
	version_id VARCHAR NOT NULL,
	owner_id VARCHAR,
	updated_by VARCHAR,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	PRIMARY KEY (id),
	UNIQUE (slug)
);

CREATE TABLE counters (
	counter_id VARCHAR NOT NULL,
	period_start_ms INTEGER NOT NULL,
	nanodollars INTEGER NOT NULL,
	tokens INTEGER NOT NULL,
	requests INTEGER NOT NULL,
	PRIMARY KEY (counter_id, period_start_ms)
);

CREATE TABLE events (
	mark VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	text VARCHAR NOT NULL,
	level VARCHAR NOT NULL,
	owner VARCHAR NOT NULL,
	limit_id VARCHAR,
	PRIMARY KEY (mark)
);

CREATE INDEX ix_events_at_ms ON events (at_ms);

CREATE TABLE exports (
	id VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	description VARCHAR,
	filters VARCHAR NOT NULL,
	fields VARCHAR NOT NULL,
	format VARCHAR NOT NULL,
	created_by VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER NOT NULL,
	is_whole BOOLEAN NOT NULL,
	total INTEGER,
	records INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	cursor VARCHAR,
	until_ms INTEGER,
	error VARCHAR,
	PRIMARY KEY (id)
);

CREATE TABLE facts (
	name VARCHAR NOT NULL,
	value BLOB NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE feedback (
	id VARCHAR NOT NULL,
	trace_id BLOB NOT NULL,
	workspace VARCHAR NOT NULL,
	log_id VARCHAR,
	at_ms INTEGER NOT NULL,
	facets VARCHAR NOT NULL,
	value INTEGER NOT NULL,
	weight INTEGER NOT NULL,
	metadata VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER NOT NULL,
	PRIMARY KEY (id)
);

CREATE INDEX ix_feedback_log_id ON feedback (log_id);

CREATE INDEX ix_feedback_trace_id ON feedback (trace_id);

CREATE TABLE integrations (
	id VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	vendor VARCHAR NOT NULL,
	description VARCHAR,
	sealed_key BLOB,
	masked_key VARCHAR,
	sealed_configurations BLOB,
	allow_all_models BOOLEAN NOT NULL,
	status VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	workspace VARCHAR,
	global_access VARCHAR,
	pricing_adjustments VARCHAR,
	shadow_models BOOLEAN,
	PRIMARY KEY (id),
	UNIQUE (slug)
);

CREATE TABLE invites (
	id VARCHAR NOT NULL,
	email VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	workspaces VARCHAR NOT NULL,
	key_scopes VARCHAR,
	token_hash VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	invited_by VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	expires_at_ms INTEGER NOT NULL,
	accepted_at_ms INTEGER,
	PRIMARY KEY (id),
	UNIQUE (token_hash)
);

CREATE TABLE labels (
	id INTEGER NOT NULL,
	facet VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_labels_facet ON labels (facet, value);

CREATE TABLE limit_adjustments (
	counter_id VARCHAR NOT NULL,
	reset_at_ms INTEGER,
	raised INTEGER NOT NULL,
	raised_until_ms INTEGER,
	PRIMARY KEY (counter_id)
);

CREATE TABLE log_labels (
	label INTEGER NOT NULL,
	log INTEGER NOT NULL,
	PRIMARY KEY (label, log)
)
 WITHOUT ROWID;

CREATE TABLE log_names (
	id INTEGER NOT NULL,
	name BLOB NOT NULL,
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_log_names_name ON log_names (name);

CREATE TABLE logs (
	number INTEGER NOT NULL,
	id BLOB NOT NULL,
	created_at_ms INTEGER NOT NULL,
	trace_id BLOB NOT NULL,
	span_id BLOB,
	status INTEGER NOT NULL,
	stream BOOLEAN NOT NULL,
	retries INTEGER NOT NULL,
	total_us INTEGER NOT NULL,
	first_token_us INTEGER,
	vendor_us INTEGER,
	cost INTEGER,
	unpriced BOOLEAN NOT NULL,
	input_tokens INTEGER,
	output_tokens INTEGER,
	error_message VARCHAR,
	path BLOB NOT NULL,
	workspace BLOB NOT NULL,
	api_key_id BLOB,
	api_key_name BLOB,
	provider BLOB,
	vendor BLOB,
	model BLOB,
	cache_status BLOB NOT NULL,
	client BLOB,
	error_code BLOB,
	error_fault BLOB,
	shape BLOB NOT NULL,
	metadata BLOB,
	rest BLOB,
	PRIMARY KEY (number)
);

CREATE INDEX ix_logs_created_at_ms ON logs (created_at_ms);

CREATE INDEX ix_logs_failed ON logs (id) WHERE (status >= 400 OR error_code IS NOT NULL);

CREATE UNIQUE INDEX ix_logs_id ON logs (id);

CREATE INDEX ix_logs_trace_id ON logs (trace_id);

CREATE INDEX ix_logs_trace_span ON logs (span_id) WHERE span_id IS NOT NULL;

CREATE TABLE notices (
	mark VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (mark)
);

CREATE INDEX ix_notices_at_ms ON notices (at_ms);

CREATE TABLE organisations (
	id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	defaults VARCHAR,
	PRIMARY KEY (id)
);

CREATE TABLE policies (
	id VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	name VARCHAR,
	workspace VARCHAR,
	status VARCHAR NOT NULL,
	rule VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	PRIMARY KEY (id)
);

CREATE TABLE repricings (
	id VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	filters VARCHAR NOT NULL,
	is_applied BOOLEAN NOT NULL,
	with_budgets BOOLEAN NOT NULL,
	until_ms INTEGER NOT NULL,
	cursor VARCHAR,
	report VARCHAR NOT NULL,
	created_by VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER NOT NULL,
	error VARCHAR,
	PRIMARY KEY (id)
);

CREATE TABLE rollup_amendments (
	grain INTEGER NOT NULL,
	facet VARCHAR NOT NULL,
	start_ms INTEGER NOT NULL,
	value VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	last_ms INTEGER NOT NULL,
	counts BLOB NOT NULL,
	PRIMARY KEY (grain, facet, start_ms, value, workspace)
)
 WITHOUT ROWID;

CREATE TABLE rollups (
	grain INTEGER NOT NULL,
	facet VARCHAR NOT NULL,
	start_ms INTEGER NOT NULL,
	value VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	last_ms INTEGER NOT NULL,
	counts BLOB NOT NULL,
	times BLOB NOT NULL,
	PRIMARY KEY (grain, facet, start_ms, value, workspace)
)
 WITHOUT ROWID;

CREATE TABLE saved_filters (
	id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	filters VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);

CREATE TABLE spool_positions (
	segment VARCHAR NOT NULL,
	drained INTEGER NOT NULL,
	PRIMARY KEY (segment)
);

CREATE TABLE users (
	id VARCHAR NOT NULL,
	email VARCHAR NOT NULL,
	first_name VARCHAR NOT NULL,
	last_name VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	PRIMARY KEY (id),
	UNIQUE (email)
);

CREATE TABLE workspaces (
	id VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	description VARCHAR,
	defaults VARCHAR,
	usage_limits VARCHAR,
	rate_limits VARCHAR,
	is_default BOOLEAN NOT NULL,
	status VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	PRIMARY KEY (id),
	UNIQUE (slug)
);

CREATE TABLE config_versions (
	id VARCHAR NOT NULL,
	config_id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	sealed_config BLOB NOT NULL,
	created_by VARCHAR,
	created_at_ms INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(config_id) REFERENCES configs (id) ON DELETE CASCADE
);

CREATE INDEX ix_config_versions_config_id ON config_versions (config_id);

CREATE TABLE log_bodies (
	log INTEGER NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (log),
	FOREIGN KEY(log) REFERENCES logs (number) ON DELETE CASCADE
);

CREATE TABLE members (
	workspace VARCHAR NOT NULL,
	user_id VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	PRIMARY KEY (workspace, user_id),
	FOREIGN KEY(workspace) REFERENCES workspaces (slug) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_members_user_id ON members (user_id);

CREATE TABLE models (
	integration_id VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	name VARCHAR,
	enabled BOOLEAN NOT NULL,
	is_custom BOOLEAN NOT NULL,
	is_finetune BOOLEAN NOT NULL,
	base_model_slug VARCHAR,
	discovered BOOLEAN NOT NULL,
	pricing VARCHAR,
	configurations VARCHAR,
	PRIMARY KEY (integration_id, slug),
	FOREIGN KEY(integration_id) REFERENCES integrations (id) ON DELETE CASCADE
);

CREATE TABLE providers (
	id VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	integration_id VARCHAR NOT NULL,
	note VARCHAR,
	status VARCHAR NOT NULL,
	created_at_ms INTEGER NOT NULL,
	updated_at_ms INTEGER,
	expires_at_ms INTEGER,
	usage_limits VARCHAR,
	rate_limits VARCHAR,
	workspace VARCHAR NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (slug),
	FOREIGN KEY(integration_id) REFERENCES integrations (id) ON DELETE CASCADE
);

CREATE INDEX ix_providers_integration_id ON providers (integration_id);

CREATE TABLE provisions (
	integration_id VARCHAR NOT NULL,
	workspace VARCHAR NOT NULL,
	enabled BOOLEAN NOT NULL,
	usage_limits VARCHAR,
	rate_limits VARCHAR,
	shadow_models BOOLEAN,
	PRIMARY KEY (integration_id, workspace),
	FOREIGN KEY(integration_id) REFERENCES integrations (id) ON DELETE CASCADE
);
