using Microsoft.EntityFrameworkCore;
using Npgsql;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

/// <summary>On PostgreSQL the database itself keeps workspaces apart, whatever a query forgets.</summary>
public sealed class RolesTests
{
    /// <summary>Not a copy, whose roles are members of others.</summary>
    private static async Task<Store> AsAServerMakesIt() => await Store.Open(Engines.Postgres, database: await (await PostgresCluster.Shared()).Create());

    [PostgresFact]
    public async Task The_servers_roles_own_nothing_and_cannot_step_over_row_level_security()
    {
        await using var store = await AsAServerMakesIt();
        await using var owner = await Connect(store.Database.Owner);
        foreach (var role in new[] { store.Database.Name + "_app", store.Database.Name + "_writer" })
        {
            Assert.Equal(false, await owner.Run($"SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = '{role}'"));
            Assert.Equal(0L, await owner.Run($"SELECT count(*) FROM pg_class WHERE relowner = '{role}'::regrole"));
            Assert.Equal(0L, await owner.Run($"SELECT count(*) FROM pg_auth_members WHERE member = '{role}'::regrole"));
            Assert.Equal(false, await owner.Run($"SELECT has_schema_privilege('{role}', 'public', 'CREATE')"));
        }
    }

    [PostgresFact]
    public async Task Without_a_workspace_the_application_sees_no_row()
    {
        await using var store = await WithTwoWorkspaces();
        await using var app = await Connect(new PostgresRoles(store.Database.Owner).AppConnectionString);
        foreach (var table in TablesOfWorkspaces)
            Assert.Equal((table, 0L), (table, await app.Run($"SELECT count(*) FROM {table}")));
        await app.Run("BEGIN; SELECT set_config('queqiao.ws', '1', true); COMMIT");
        Assert.Equal(0L, await app.Run("SELECT count(*) FROM channel")); // the setting is '' now, not NULL
    }

    [PostgresFact]
    public async Task Inside_a_workspace_the_application_sees_and_writes_that_one_only()
    {
        await using var store = await WithTwoWorkspaces();
        await using var app = await Connect(new PostgresRoles(store.Database.Owner).AppConnectionString);
        foreach (var ws in new[] { 1, 2 })
        {
            await app.Run($"SELECT set_config('queqiao.ws', '{ws}', false)");
            foreach (var table in TablesOfWorkspaces)
                Assert.Equal((table, 0L), (table, await app.Run($"SELECT count(*) FROM {table} WHERE ws <> {ws}")));
            Assert.True((long)(await app.Run("SELECT count(*) FROM channel"))! > 0);
        }
        await app.Run("SELECT set_config('queqiao.ws', '1', false)");
        await Refused(app, "42501", "INSERT INTO contact (ws, id, created_at, last_seen_at) VALUES (2, gen_random_uuid(), 1, 1)");
        await Refused(app, "42501", "UPDATE contact SET ws = 2");
        Assert.Null(await app.Run("UPDATE channel SET name = 'mine' WHERE ws = 2 RETURNING name"));
        await Refused(app, "42501", "DELETE FROM conversation");
        await Refused(app, "42501", "UPDATE entry SET body = ''");
        await Refused(app, "42501", "DELETE FROM audit");
        await Refused(app, "42501", "TRUNCATE contact");
        await Refused(app, "42501", "ALTER TABLE contact DISABLE ROW LEVEL SECURITY");
        await Refused(app, "42501", "INSERT INTO workspace (ws, id, name, created_at) VALUES (1, gen_random_uuid(), 'x', 1)");
    }

    [PostgresFact]
    public async Task The_owner_is_under_row_level_security_as_well()
    {
        await using var store = await WithTwoWorkspaces();
        await using var owner = await Connect(store.Database.Owner);
        foreach (var table in TablesOfWorkspaces)
        {
            Assert.True((bool)(await owner.Run($"SELECT relforcerowsecurity AND relrowsecurity FROM pg_class WHERE oid = '{table}'::regclass"))!, table);
            await owner.Run($"BEGIN; DROP POLICY owner ON {table}");
            Assert.Equal((table, 0L), (table, await owner.Run($"SELECT count(*) FROM {table}")));
            await owner.Run("ROLLBACK");
        }
    }

    [PostgresFact]
    public async Task Connections_of_the_pool_do_not_remember_a_workspace()
    {
        await using var store = await WithTwoWorkspaces();
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (n, ct) =>
        {
            var ws = n % 2 + 1;
            await using var db = store.Node.Engine.Read(ws);
            Assert.All(await db.Table<Channel>().AsNoTracking().ToListAsync(ct), channel => Assert.Equal(ws, channel.Ws));
            Assert.All(await db.Visible(Scope<ConversationHead>.Workspace(ws)).ToListAsync(ct), head => Assert.Equal(ws, head.Ws));
            Assert.Empty(await db.Visible(Scope<Contact>.Workspace(3 - ws)).ToListAsync(ct)); // a scope that lies
            await store.Node.Engine.Run(ws, async (unit, stop) =>
            {
                Assert.All(await unit.Db.Table<Channel>().AsNoTracking().ToListAsync(stop), channel => Assert.Equal(ws, channel.Ws));
                return 0;
            }, ct);
        });
    }

    [PostgresFact]
    public async Task A_role_that_could_step_over_row_level_security_is_refused_at_the_start()
    {
        await using var store = await AsAServerMakesIt();
        await store.Database.Cluster.Admin($"ALTER ROLE {store.Database.Name}_app BYPASSRLS");
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => store.Start());
        Assert.Contains("bypasses row-level security", refused.Message, StringComparison.Ordinal);
    }

    private static readonly string[] TablesOfWorkspaces =
    [
        "workspace", "agent", "session", "audit", "channel", "contact", "contact_identity", "conversation", "entry", "entry_key",
        "custom_field", "tag", "conversation_setting", "saved_view", "draft", "scheduled_message", "idempotency_key",
        "knowledge_base", "knowledge_category", "knowledge_item", "knowledge_version", "knowledge_term", "knowledge_edge", "knowledge_edge_proposal", "knowledge_import", "knowledge_import_row", "knowledge_check", "knowledge_run", "knowledge_miss", "knowledge_use", "knowledge_feedback", "knowledge_file",
        "file",
        "user_key", "consent_notice", "consent",
        "contact_identifier", "contact_detail", "contact_tag", "contact_note", "contact_block", "contact_merge", "contact_link", "contact_word", "conversation_mark",
        "contact_import", "contact_import_row",
        "job", "job_lane", "job_schedule", "bulk_change", "bulk_item",
        "workspace_key", "contact_key", "erasure",
        "canned_reply", "customer_data_setting", "customer_data_copy", "visitor_context", "visited_page", "wrap_up_plan", "wrap_up", "contact_segment", "routing_setting", "agent_presence", "presence_change", "agent_lease",
        "role", "agent_role", "access_state", "access_use",
        "team", "team_member", "invitation", "password_reset", "second_factor", "recovery_code", "api_token",
        "sso_provider", "external_identity", "sso_session", "sign_in_policy", "passkey", "used_challenge", "scim_token", "scim_user", "scim_group", "scim_member", "push_setting", "push_choice", "push_subscription", "brand", "brand_image", "hook_key", "hook_delivery", "channel_reach", "push_target", "push_device", "push_mark", "channel_state", "channel_token", "delivery", "mail_box", "mail_arrival", "mail_thread", "mail_message", "server_mail", "server_letter",
        "known_device", "sign_in_lock", "notice", "invariant_check",
        "audit_link", "audit_tail", "audit_cut", "audit_state", "approval", "approval_rule",
        "bot", "bot_channel", "bot_turn", "bot_case", "bot_flow", "bot_flow_version", "bot_action", "bot_suggestion", "bot_question", "bot_question_passed", "bot_spend", "bot_code", "bot_learnt", "bot_experiment",
    ];

    /// <summary>Every table with a workspace number is under the policies, but the listeners' own, which hold no customer's data, and the search index (decision 42).</summary>
    [PostgresFact]
    public async Task No_table_of_workspaces_was_forgotten()
    {
        await using var store = await AsAServerMakesIt();
        await using var owner = await Connect(store.Database.Owner);
        var tables = (string[])(await owner.Run("SELECT array_agg(table_name::text ORDER BY table_name) FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'ws'"))!;
        Assert.Equal(TablesOfWorkspaces.Append("listener_hold").Append("listener_parked").Append("search_text").Order(StringComparer.Ordinal), tables.Order(StringComparer.Ordinal));
    }

    private static async Task<Store> WithTwoWorkspaces()
    {
        var store = await AsAServerMakesIt();
        var channel = await store.Settle(2);
        (await store.Node.CustomerSays("v", "one", "c")).Stored();
        (await store.Node.Log.Append(reply => new Server.Conversations.Log.LogCommand
        {
            Ws = 2, Customer = new(channel, "v"), By = Sender.System, Begins = true, Decide = head => head.CustomerSays("two", "c"), Reply = reply,
        })).Stored();
        return store;
    }

    private static async Task<NpgsqlConnection> Connect(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task Refused(NpgsqlConnection connection, string state, string sql) =>
        Assert.Equal((sql, state), (sql, (await Assert.ThrowsAsync<PostgresException>(() => connection.Run(sql))).SqlState));
}
