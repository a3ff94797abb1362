using Queqiao.Server.Platform.Storage.Backups;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Queqiao.Server.Tests.Storage;

/// <summary>The schema is written twice: as SQL that runs and as EF Core's model. They must say the same.</summary>
public sealed class SchemaTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task The_model_equals_the_schema(string engine)
    {
        await using var written = await EmptyStore.Make(engine);
        await written.Migrate(Migration.Of(engine));
        await using var modelled = await EmptyStore.Make(engine);
        await using var model = await modelled.Open();
        await using (var db = EmptyStore.Model(model))
            await model.Run(db.Database.GenerateCreateScript());

        await using var sql = await written.Open();
        var (schema, expected) = ((await Catalogue.Of(sql)).Shape, (await Catalogue.Of(model)).Shape);
        Assert.True(schema.Count > 100, "The catalogue is hardly read at all.");
        Assert.True(schema.SequenceEqual(expected), "Only in the migrations:\n  " + string.Join("\n  ", schema.Except(expected)) +
            "\nOnly in EF Core's model:\n  " + string.Join("\n  ", expected.Except(schema)));
    }

    /// <summary>Keys lie apart from the data in backups; a table of keys that the copy does not know would lie with it.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task Every_table_with_wrapped_keys_is_in_the_copy_of_keys(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        await store.Migrate(Migration.Of(engine));
        await using var connection = await store.Open();
        Assert.Equal(KeyCopy.Tables.Order(StringComparer.Ordinal), TablesOfKeys(await Catalogue.Of(connection)));
        await connection.Run(engine == Engines.Sqlite ? "CREATE TABLE team_key (ws INTEGER NOT NULL PRIMARY KEY, wrapped BLOB) STRICT" : "CREATE TABLE team_key (ws integer NOT NULL PRIMARY KEY, wrapped bytea)");
        Assert.Contains("team_key", TablesOfKeys(await Catalogue.Of(connection)));

        // A file's key is sealed under its person's, which is in the copy: destroying that one is enough.
        static IEnumerable<string> TablesOfKeys(Catalogue catalogue) => catalogue.Shape
            .Where(line => line.StartsWith("column ", StringComparison.Ordinal)).Select(line => line["column ".Length..].Split(' ')[0].Split('.'))
            .Where(name => name is not ["file", "sealed_key"] && (name[1].Contains("wrapped", StringComparison.Ordinal) || name[1].EndsWith("sealed_key", StringComparison.Ordinal)))
            .Select(name => name[0]).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>The comparison is worth nothing unless it sees small things.</summary>
    [Theory]
    [OnSqlite("ALTER TABLE contact ADD COLUMN nickname TEXT"), OnPostgres("ALTER TABLE contact ADD COLUMN nickname text")]
    [OnSqlite("DROP INDEX ix_session_agent"), OnPostgres("DROP INDEX ix_session_agent")]
    [OnSqlite("DROP INDEX ux_channel_id; CREATE INDEX ux_channel_id ON channel (id)"), OnPostgres("DROP INDEX ux_channel_id; CREATE INDEX ux_channel_id ON channel (id)")]
    [OnSqlite("DROP INDEX ix_conversation_waiting; CREATE INDEX ix_conversation_waiting ON conversation (ws, waiting_since, id)")]
    [OnPostgres("DROP INDEX ix_conversation_waiting; CREATE INDEX ix_conversation_waiting ON conversation (ws, waiting_since, id)")]
    [OnPostgres("ALTER TABLE contact ALTER COLUMN sealed_name SET NOT NULL"), OnPostgres("ALTER TABLE slot ALTER COLUMN position TYPE integer")]
    [OnPostgres("ALTER TABLE entry DROP CONSTRAINT entry_ws_conversation_id_fkey"), OnPostgres("ALTER TABLE entry_key DROP CONSTRAINT entry_key_pkey")]
    [OnSqlite("DROP TABLE contact_identity; CREATE TABLE contact_identity (ws INTEGER NOT NULL, channel_id BLOB NOT NULL, tag BLOB NOT NULL, contact_id BLOB NOT NULL, sealed BLOB NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (ws, channel_id, tag), FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)) STRICT; CREATE INDEX ix_contact_identity_contact ON contact_identity (ws, contact_id)")]
    public async Task The_comparison_notices(string engine, string change)
    {
        await using var store = await EmptyStore.Make(engine);
        await store.Migrate(Migration.Of(engine));
        await using var connection = await store.Open();
        var before = (await Catalogue.Of(connection)).Shape;
        await connection.Run(change);
        Assert.NotEqual(before, (await Catalogue.Of(connection)).Shape);
    }

    /// <summary>What the migrations do that EF Core's model cannot say. A new line here is a decision.</summary>
    [Fact]
    public async Task What_sqlite_has_beyond_the_model_is_listed()
    {
        await using var store = await EmptyStore.Make(Engines.Sqlite);
        await store.Migrate(Migration.Of(Engines.Sqlite));
        await using var connection = await store.Open();
        string[] expected =
        [
            // one line a migration
            .. Strict("agent", "audit", "channel", "contact", "contact_identity", "conversation", "entry", "entry_key", "listener_cursor", "listener_hold", "listener_parked", "node", "schema_migration", "session", "slot", "workspace"),
            .. Strict("canned_reply", "routing_setting", "agent_presence", "presence_change", "agent_lease"), "without rowid agent_presence", "without rowid presence_change", "without rowid agent_lease",
            .. Strict("customer_data_setting", "customer_data_copy", "visitor_context", "visited_page", "wrap_up_plan", "wrap_up", "contact_segment"),
            .. Strict("knowledge_base", "knowledge_category", "knowledge_item", "knowledge_version", "knowledge_term", "knowledge_edge", "knowledge_edge_proposal", "knowledge_import", "knowledge_import_row", "knowledge_check", "knowledge_run", "knowledge_miss", "knowledge_use", "knowledge_feedback", "knowledge_file"),
            .. Strict("conversation_mark"), "without rowid conversation_mark",
            .. Strict("role", "agent_role", "access_state", "access_use"), "without rowid agent_role", "without rowid access_use",
            .. Strict("team", "team_member", "invitation", "password_reset", "second_factor", "recovery_code", "api_token"),
            .. Strict("sso_provider", "external_identity", "sso_session", "sign_in_policy", "passkey", "used_challenge", "scim_token", "scim_user", "scim_group", "scim_member", "push_setting", "push_choice", "push_subscription", "brand", "brand_image", "hook_key", "hook_delivery", "channel_reach", "push_target", "push_device", "push_mark", "channel_state", "channel_token", "delivery", "mail_box", "mail_arrival", "mail_thread", "mail_message", "server_mail", "server_letter"),
            .. Strict("bot", "bot_channel", "bot_turn", "bot_case", "bot_flow", "bot_flow_version", "bot_action", "bot_suggestion", "bot_question", "bot_question_passed", "bot_spend", "bot_code", "bot_learnt", "bot_experiment"),
            .. Strict("known_device", "sign_in_lock", "notice", "invariant_check"),
            .. Strict("search_text", "search_state"), "table search_text", "table search_word",
            .. Strict("custom_field", "tag", "conversation_setting", "saved_view", "draft", "scheduled_message", "idempotency_key"),
            .. Strict("file"),
            .. Strict("user_key", "consent_notice", "consent"),
            .. Strict("contact_identifier", "contact_detail", "contact_tag", "contact_note", "contact_block", "contact_merge", "contact_link", "contact_word"),
            .. Strict("contact_import", "contact_import_row"), "without rowid contact_import", "without rowid contact_import_row",
            "without rowid contact_detail", "without rowid contact_tag", "without rowid contact_word",
            "trigger consent_is_append_only_delete", "trigger consent_is_append_only_update", "trigger consent_notice_is_append_only_delete", "trigger consent_notice_is_append_only_update",
            "without rowid consent_notice",
            .. Strict("job", "job_lane", "job_schedule", "bulk_change", "bulk_item"),
            .. Strict("workspace_key", "contact_key", "erasure"), "without rowid workspace_key", "without rowid contact_key",
            "table schema_migration",
            "trigger audit_is_append_only_delete", "trigger audit_is_append_only_update",
            .. Strict("audit_link", "audit_tail", "audit_cut", "audit_state", "approval", "approval_rule"), "without rowid audit_link", "without rowid audit_tail",
            "trigger knowledge_edge_takes_proposals",
            "trigger audit_goes_to_the_tail", "trigger audit_link_is_append_only_delete", "trigger audit_link_is_append_only_update",
            "without rowid conversation", "without rowid entry", "without rowid entry_key", "without rowid listener_cursor", "without rowid listener_hold", "without rowid listener_parked", "without rowid node",
            "without rowid job", "without rowid job_lane", "without rowid job_schedule", "without rowid bulk_change", "without rowid bulk_item",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await Catalogue.Of(connection)).Beyond);

        static IEnumerable<string> Strict(params string[] tables) => tables.Select(table => "strict " + table);
    }

    private const string Here = "(ws = (NULLIF(current_setting('queqiao.ws'::text, true), ''::text))::integer)";

    [PostgresFact]
    public async Task What_postgres_has_beyond_the_model_is_listed()
    {
        await using var store = await EmptyStore.Make(Engines.Postgres);
        await store.Migrate(Migration.Of(Engines.Postgres));
        await using var connection = await store.Open();
        string[] people =
        [
            "agent", "audit", "channel", "contact", "contact_identity", "conversation", "entry", "entry_key", "session", "workspace",
            "custom_field", "tag", "conversation_setting", "saved_view", "draft", "scheduled_message", "idempotency_key",
            "knowledge_base", "knowledge_category", "knowledge_item", "knowledge_version", "knowledge_term", "knowledge_edge", "knowledge_edge_proposal", "knowledge_import", "knowledge_import_row", "knowledge_check", "knowledge_run", "knowledge_miss", "knowledge_use", "knowledge_feedback", "knowledge_file",
            "file",
            "user_key", "consent_notice", "consent",
            "contact_identifier", "contact_detail", "contact_tag", "contact_note", "contact_block", "contact_merge", "contact_link", "contact_word",
            "contact_import", "contact_import_row",
            "job", "job_lane", "job_schedule", "bulk_change", "bulk_item",
            "workspace_key", "contact_key", "erasure",
            "canned_reply", "routing_setting", "agent_presence", "presence_change", "agent_lease",
            "team", "team_member", "invitation", "password_reset", "second_factor", "recovery_code", "api_token",
            "sso_provider", "external_identity", "sso_session", "sign_in_policy", "passkey", "used_challenge", "scim_token", "scim_user", "scim_group", "scim_member", "push_setting", "push_choice", "push_subscription", "brand", "brand_image", "hook_key", "hook_delivery", "channel_reach", "push_target", "push_device", "push_mark", "channel_state", "channel_token", "delivery", "mail_box", "mail_arrival", "mail_thread", "mail_message", "server_mail", "server_letter",
            "known_device", "sign_in_lock", "notice", "invariant_check",
            "audit_link", "audit_tail", "audit_cut", "audit_state", "approval", "approval_rule",
            "role", "agent_role", "access_state", "access_use",
            "conversation_mark",
            "customer_data_setting", "customer_data_copy", "visitor_context", "visited_page", "wrap_up_plan", "wrap_up", "contact_segment",
            "bot", "bot_channel", "bot_turn", "bot_case", "bot_flow", "bot_flow_version", "bot_action", "bot_suggestion", "bot_question", "bot_question_passed", "bot_spend", "bot_code", "bot_learnt", "bot_experiment",
        ];
        var name = store.Database.Name;
        string[] expected =
        [
            .. people.Select(table => $"row security {table} forced"),
            .. people.Select(table => $"policy {table} app ALL to NAME_app using {Here} check {Here}"),
            .. people.Select(table => $"policy {table} writer ALL to NAME_writer using true check true"),
            .. people.Select(table => $"policy {table} owner ALL to NAME using true check true"),
            "function consent_is_append_only", "trigger consent consent_is_append_only", "trigger consent_notice consent_is_append_only",
            .. Granted(["contact_detail", "contact_note", "contact_block", "contact_merge"], "INSERT SELECT UPDATE"), .. Granted(["contact_identifier", "contact_tag", "contact_word", "contact_link"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["contact_import", "contact_import_row"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["consent", "consent_notice"], "INSERT SELECT"), .. Granted(["user_key"], "INSERT SELECT UPDATE"),
            "function audit_is_append_only", "trigger audit audit_is_append_only", "table schema_migration",
            "table search_text", .. Granted(["search_text"], "DELETE INSERT SELECT UPDATE"), .. Granted(["search_state"], "INSERT SELECT UPDATE"),
            .. Granted(["entry", "entry_key"], "INSERT SELECT"),
            "grant audit to NAME_app INSERT SELECT", "grant audit to NAME_writer DELETE INSERT SELECT", // only what expired: the trigger
            "grant audit_link to NAME_app SELECT", "grant audit_link to NAME_writer DELETE INSERT SELECT",
            "grant audit_tail to NAME_app INSERT SELECT", "grant audit_tail to NAME_writer DELETE INSERT SELECT",
            "grant audit_cut to NAME_app SELECT", "grant audit_cut to NAME_writer INSERT SELECT UPDATE", .. Granted(["audit_state", "approval"], "INSERT SELECT UPDATE"), .. Granted(["approval_rule"], "DELETE INSERT SELECT"),
            "function knowledge_edge_takes_proposals", "trigger knowledge_edge knowledge_edge_takes_proposals",
            "function audit_goes_to_the_tail", "function audit_expires", "function audit_link_expires", "trigger audit audit_goes_to_the_tail", "trigger audit audit_expires",
            "trigger audit_link audit_link_is_append_only", "trigger audit_link audit_link_expires",
            .. Granted(["agent", "channel", "contact", "conversation", "custom_field", "tag", "conversation_setting"], "INSERT SELECT UPDATE"),
            .. Granted(["contact_identity", "listener_cursor", "listener_hold", "listener_parked", "node", "session"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["saved_view", "draft", "scheduled_message", "idempotency_key"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["slot"], "SELECT UPDATE"),
            .. Granted(["conversation_mark"], "DELETE INSERT SELECT"), "function conversation_marks", "function conversation_marks_of",
            "trigger conversation conversation_marks_new", "trigger conversation conversation_marks_changed",
            .. Granted(["customer_data_setting", "wrap_up_plan"], "INSERT SELECT UPDATE"), .. Granted(["wrap_up"], "DELETE INSERT SELECT"), .. Granted(["contact_segment", "customer_data_copy", "visitor_context", "visited_page"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["routing_setting", "agent_presence"], "INSERT SELECT UPDATE"), .. Granted(["presence_change"], "INSERT SELECT"),
            .. Granted(["agent_lease", "canned_reply"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["role", "agent_role", "access_use"], "DELETE INSERT SELECT UPDATE"), .. Granted(["access_state"], "INSERT SELECT UPDATE"),
            .. Granted(["team", "invitation", "password_reset", "api_token"], "INSERT SELECT UPDATE"),
            .. Granted(["knowledge_base", "knowledge_category", "knowledge_item", "knowledge_version", "knowledge_term", "knowledge_edge", "knowledge_edge_proposal", "knowledge_import", "knowledge_import_row", "knowledge_check", "knowledge_run", "knowledge_miss", "knowledge_use", "knowledge_feedback", "knowledge_file"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["file"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["job", "job_lane", "job_schedule", "bulk_change", "bulk_item"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["team_member", "second_factor", "recovery_code"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["sso_provider", "external_identity", "sso_session", "sign_in_policy", "passkey", "used_challenge", "scim_token", "scim_user", "scim_group", "scim_member", "push_setting", "push_choice", "push_subscription", "brand", "brand_image", "hook_key", "hook_delivery", "channel_reach", "push_target", "push_device", "push_mark", "channel_state", "channel_token", "delivery", "mail_box", "mail_arrival", "mail_thread", "mail_message", "server_mail", "server_letter"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["bot", "bot_channel", "bot_turn", "bot_case", "bot_flow", "bot_flow_version", "bot_action", "bot_suggestion", "bot_question", "bot_question_passed", "bot_spend", "bot_code", "bot_learnt", "bot_experiment"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["invariant_check"], "INSERT SELECT UPDATE"),
            .. Granted(["known_device", "sign_in_lock", "notice"], "DELETE INSERT SELECT UPDATE"),
            .. Granted(["contact_key", "erasure"], "INSERT SELECT UPDATE"),
            "grant workspace_key to NAME_app SELECT", "grant workspace_key to NAME_writer DELETE INSERT SELECT UPDATE",
            "grant workspace to NAME_app SELECT UPDATE", "grant workspace to NAME_writer INSERT SELECT UPDATE",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal),
            (await Catalogue.Of(connection)).Beyond.Select(line => line.Replace(name, "NAME", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        static IEnumerable<string> Granted(string[] tables, string what) =>
            tables.SelectMany(table => new[] { $"grant {table} to NAME_app {what}", $"grant {table} to NAME_writer {what}" });
    }
}
