using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Access;

/// <summary>Workspaces are walls: no foreign link can be stored, and no route opens or changes anything by another workspace's ids.</summary>
public sealed class WallTests
{
    /// <summary>Tables of the whole server: their rows belong to nobody.</summary>
    private static readonly string[] OfTheServer = ["workspace", "slot", "listener_cursor", "search_state", "schema_migration"];

    [Fact]
    public async Task Every_key_and_every_foreign_key_begins_with_the_workspace()
    {
        await using var site = await Site.Open();
        await using var db = site.Storage.ReadSystem();
        var tables = db.Model.GetEntityTypes().ToList();
        Assert.True(tables.Count > 40);
        foreach (var table in tables.Where(table => table.FindProperty("Ws") is not null))
        {
            Assert.True(table.FindPrimaryKey()!.Properties[0].Name == "Ws" || OfTheServer.Contains(table.GetTableName()) || table.GetTableName() is "listener_hold" or "listener_parked" or "search_text",
                $"the key of {table.GetTableName()} does not begin with the workspace");
            foreach (var link in table.GetForeignKeys())
                Assert.True(link.Properties[0].Name == "Ws" && link.PrincipalKey.Properties[0].Name == "Ws", $"{table.GetTableName()} → {link.PrincipalEntityType.GetTableName()} leaves the workspace out: a foreign row could be named");
        }
    }

    /// <summary>
    /// The owner of another workspace tries every route with ids of this one, in the path and as the value of every member that names
    /// something: nothing opens (404, or 403 and 400 that say nothing), and no row of this workspace is another than before.
    /// </summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task No_route_opens_or_changes_anything_by_another_workspaces_ids(string engine)
    {
        await using var site = await Site.Open(engine);
        var theirs = await Ids.Of(site);
        await site.Workspace(2);
        var stranger = await site.Agent("owner", ws: 2);
        var own = (await (await site.Visitor(await SecondChannel(site))).Say("theirs")).Text("conversationId");
        var before = await Snapshot(site);
        var tried = 0;
        foreach (var route in site.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Where(IsTried))
        {
            foreach (var path in Paths(route, theirs))
            {
                foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                {
                    foreach (var body in method is "GET" or "HEAD" or "DELETE" ? [null] : Bodies(theirs))
                    {
                        var answer = await Ask(stranger, method, path, body);
                        tried++;
                        Assert.True((int)answer.Status is 400 or 403 or 404 or 409 or 415 or 422 || (answer.Status == HttpStatusCode.OK && path.Contains(own, StringComparison.Ordinal)),
                            $"{method} {path} {body} answered {(int)answer.Status}");
                        foreach (var canary in theirs.Canaries)
                            Assert.False(answer.Body.ValueKind is not JsonValueKind.Undefined && answer.Body.GetRawText().Contains(canary, StringComparison.Ordinal), $"{method} {path} tells {canary}");
                    }
                }
            }
        }
        Assert.True(tried > 300, $"only {tried} requests were tried");
        foreach (var (what, body) in Related(theirs))
        {
            var answer = await Ask(stranger, "POST", what.Replace("OWN", own, StringComparison.Ordinal), body);
            Assert.True((int)answer.Status is 400 or 403 or 404 or 409, $"POST {what} {body} answered {(int)answer.Status}");
        }
        Assert.Equal(before, await Snapshot(site));
    }

    /// <summary>Routes with an id in the path, of signed-in people.</summary>
    private static bool IsTried(RouteEndpoint route) =>
        route.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) && route.RoutePattern.Parameters.Count > 0 && route.Metadata.GetMetadata<PermissionNeeded>() is not null;

    /// <summary>The path with each of the other workspace's ids in each place.</summary>
    private static IEnumerable<string> Paths(RouteEndpoint route, Ids theirs)
    {
        var text = "/" + route.RoutePattern.RawText!.TrimStart('/');
        foreach (var id in theirs.All)
        {
            var path = text.Replace("{seq:long}", "1", StringComparison.Ordinal).Replace("{kind}", "reply", StringComparison.Ordinal);
            yield return Regex.Replace(path, @"\{[^}]+\}", id);
        }
    }

    /// <summary>Nothing, and everything that a body may name.</summary>
    private static IEnumerable<string?> Bodies(Ids theirs) =>
    [
        "{}", """{"name":"mine"}""", $$"""{"agentId":"{{theirs.Agent}}"}""", """{"status":"resolved"}""", """{"clientId":"w","text":"hi"}""", """{"add":["x"]}""", """{"priority":"high"}""",
        """{"fields":["phone"],"reason":"to see"}""", """{"reason":"to see"}""", """{"disabled":true}""", """{"roles":["agent"]}""", $$"""{"otherId":"{{theirs.Contact}}"}""", $$"""{"intoId":"{{theirs.Conversation}}"}""",
    ];

    /// <summary>Foreign ids in the bodies of what one may do with one's own.</summary>
    private static IEnumerable<(string Path, string Body)> Related(Ids theirs) =>
    [
        ("/api/v1/conversations/OWN/assign", $$"""{"agentId":"{{theirs.Agent}}"}"""), ("/api/v1/conversations/OWN/assign", $$"""{"teamId":"{{theirs.Team}}"}"""),
        ("/api/v1/conversations/OWN/transfer", $$"""{"teamId":"{{theirs.Team}}"}"""), ("/api/v1/conversations/OWN/merge", $$"""{"intoId":"{{theirs.Conversation}}"}"""),
        ("/api/v1/conversations/OWN/messages", $$"""{"clientId":"r1","text":"hi","private":true,"mentions":["{{theirs.Agent}}"]}"""),
        ("/api/v1/conversations/OWN/messages", $$"""{"clientId":"r2","text":"hi","attachments":["{{theirs.File}}"]}"""),
        ("/api/v1/conversations", $$"""{"contactId":"{{theirs.Contact}}","channelId":"{{theirs.Channel}}","text":"hi"}"""), ("/api/v1/files/links", $$"""{"ids":["{{theirs.File}}"]}"""),
        ("/api/v1/conversations/bulk", $$"""{"action":{"type":"assign","agentId":"{{theirs.Agent}}"},"ids":["OWN"]}"""), ("/api/v1/conversations/bulk", $$"""{"action":{"type":"tags","add":["{{theirs.Tag}}"]},"ids":["OWN"]}"""),
        ("/api/v1/teams", $$"""{"name":"T","parentId":"{{theirs.Team}}"}"""), ("/api/v1/invitations", $$"""{"email":"x@example.com","role":"{{theirs.Role}}"}"""),
        ("/api/v1/invitations", $$"""{"email":"x@example.com","role":"agent","teams":["{{theirs.Team}}"]}"""), ("/api/v1/roles", $$"""{"name":"R","copyOf":"{{theirs.Role}}"}"""),
        ("/api/v1/roles/preview", $$"""{"agentId":"{{theirs.Agent}}"}"""),
    ];

    private static async Task<Identity.ApiAnswer> Ask(AgentClient stranger, string method, string path, string? body) => await stranger.Api.Send(new HttpMethod(method), path, body);

    private static async Task<Guid> SecondChannel(Site site)
    {
        await using var db = site.Storage.ReadSystem();
        return await db.Table<Server.Channels.Storage.Channel>().Where(channel => channel.Ws == 2).Select(channel => channel.Id).SingleAsync();
    }

    /// <summary>Not what goes on by itself: jobs, leases, links of the audit.</summary>
    private static readonly string[] MadeByPeople =
    [
        "agent", "agent_role", "api_token", "bulk_change", "canned_reply", "channel", "consent", "consent_notice", "contact", "contact_block", "contact_detail", "contact_identifier", "contact_merge", "contact_note", "contact_tag",
        "knowledge_base", "knowledge_category", "knowledge_item", "knowledge_version", "knowledge_term", "knowledge_edge", "knowledge_import", "knowledge_import_row", "knowledge_check", "knowledge_run", "knowledge_miss", "knowledge_use", "knowledge_feedback", "knowledge_file",
        "conversation", "conversation_setting", "custom_field", "draft", "entry", "erasure", "file", "invitation", "password_reset", "recovery_code", "role", "routing_setting", "saved_view", "scheduled_message", "second_factor", "tag", "team", "team_member", "user_key",
    ];

    /// <summary>How many rows each table has for workspace 1, and what its conversations, people and agents look like.</summary>
    private static async Task<string> Snapshot(Site site)
    {
        await using var db = site.Storage.ReadSystem();
        var text = new StringBuilder();
        var connection = db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync();
        foreach (var table in MadeByPeople)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM {table} WHERE ws = 1";
            text.Append(table).Append(' ').Append(await command.ExecuteScalarAsync()).Append('\n');
        }
        foreach (var sql in new[] { "SELECT sum(seq) FROM conversation WHERE ws = 1", "SELECT count(*) FROM agent WHERE ws = 1 AND disabled_at IS NULL", "SELECT count(*) FROM team WHERE ws = 1 AND deleted_at IS NULL" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            text.Append(await command.ExecuteScalarAsync()).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>One row of everything that has an id, in workspace 1.</summary>
    private sealed record Ids(string Conversation, string Contact, string Agent, string Team, string Tag, string Channel, string File, string Role, string Token, string View, string Reply, string Field)
    {
        public IEnumerable<string> All => [Conversation, Contact, Agent, Team, Tag, Channel, File, Role, Token, View, Reply, Field];

        /// <summary>Words that only this workspace knows.</summary>
        public IReadOnlyList<string> Canaries { get; } = ["机密内容", "林晓", "机密团队", "机密标签"];

        public static async Task<Ids> Of(Site site)
        {
            var api = site.Owner.Api;
            var visitor = await site.Visitor();
            using var upload = Uploader.Of(visitor);
            var file = await upload.Put("a.txt", "text"u8.ToArray());
            var conversation = (await visitor.Post("/widget/v1/messages", new { clientId = "a", text = "机密内容", attachments = new[] { file } })).Expect(HttpStatusCode.Created).Text("conversationId");
            async Task<string> Made(string path, object body) => (await api.Post(path, body)).Expect(HttpStatusCode.Created).Text("id");
            var tag = await Made("/api/v1/tags", new { name = "机密标签" });
            return new Ids(
                conversation, (await site.Owner.Row(conversation)).GetProperty("contact").Text("id"), site.Owner.Id.ToString(), await Made("/api/v1/teams", new { name = "机密团队" }), tag, site.ChannelId.ToString(), file,
                await Made("/api/v1/roles", new { name = "角色", copyOf = "agent" }), await Made("/api/v1/tokens", new { name = "t" }),
                await Made("/api/v1/views", new { name = "v", conditions = Array.Empty<object>() }), await Made("/api/v1/canned-replies", new { shortcut = "s", title = "t", body = "b", shared = true }),
                await Made("/api/v1/custom-fields", new { @object = "conversation", key = "k", name = "k", kind = "text" }));
        }
    }
}
