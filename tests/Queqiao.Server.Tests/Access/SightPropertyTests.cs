using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Access;

/// <summary>
/// On random people, teams, channels, tags, conversations and roles: what SQL shows, what memory allows, and what every list, count, search,
/// export, link and socket really gives are the same set, and it is what a second, plain reading of the roles says.
/// </summary>
public sealed class SightPropertyTests
{
    [Theory]
    [OnSqlite(1), OnSqlite(20261125), OnPostgres(7)]
    public async Task Everything_that_shows_conversations_shows_the_same_ones(string engine, int seed)
    {
        await using var site = await Site.Open(engine);
        var world = await World.Make(site, new Random(seed));
        var seen = 0;
        foreach (var somebody in world.People)
        {
            var expected = world.Conversations.Where(one => world.Sees(somebody, one)).Select(one => one.Id).Order(StringComparer.Ordinal).ToList();
            seen += expected.Count;
            var about = $"seed {seed}, {somebody.Client.Name} with {string.Join(" and ", somebody.Rules.Select(rule => JsonSerializer.Serialize(rule)))}";
            foreach (var (what, look) in Ways(site, world, somebody))
                Assert.True(expected.SequenceEqual((await look()).Order(StringComparer.Ordinal)), $"{what} differs: {about}");
            await Sockets(world, somebody, expected, about);
        }
        Assert.True(seen > 0 && seen < world.People.Count * world.Conversations.Count, "the world is too simple to tell anything");
        Assert.Empty(site.Troubles);
    }

    /// <summary>Each gives ids of conversations.</summary>
    private static IEnumerable<(string What, Func<Task<IEnumerable<string>>> Look)> Ways(Site site, World world, Somebody somebody)
    {
        var api = somebody.Client.Api;
        yield return ("SQL", async () =>
        {
            var scope = (await ActorOf(site, somebody)).Conversations();
            await using var db = site.Storage.Read(1);
            return (await db.Visible(scope).Select(head => head.Id).ToListAsync()).Select(id => id.ToString());
        });
        yield return ("memory", async () =>
        {
            var scope = (await ActorOf(site, somebody)).Conversations();
            await using var db = site.Storage.Read(1);
            return (await db.Visible(Scope<ConversationHead>.Workspace(1)).ToListAsync()).Where(scope.Allows).Select(head => head.Id.ToString());
        });
        yield return ("the list", async () =>
        {
            var ids = new List<string>();
            for (string? cursor = null; ;)
            {
                var page = (await api.Get("/api/v1/conversations?limit=7" + (cursor is null ? "" : "&cursor=" + cursor))).Expect(HttpStatusCode.OK);
                ids.AddRange(page.Items().Select(row => row.Text("id")));
                if ((cursor = page.Maybe("nextCursor")) is null)
                    return ids;
            }
        });
        foreach (var path in new[] { "", "/messages", "/transcript?format=json", "/files" })
            yield return ("conversations/{id}" + path, () => Each(world, async id => (await api.Get($"/api/v1/conversations/{id}{path}")).Status));
        yield return ("search by message", async () => (await api.Get("/api/v1/search?q=订单&type=messages&limit=50")).Expect(HttpStatusCode.OK).Items().Select(one => one.GetProperty("conversation").Text("id")).Distinct());
        yield return ("search by conversation", async () => (await api.Get("/api/v1/search?q=订单&limit=50")).Expect(HttpStatusCode.OK).Items().Select(one => one.GetProperty("conversation").Text("id")));
        yield return ("the list's search", async () => (await api.Get("/api/v1/conversations?q=订单&limit=100")).Expect(HttpStatusCode.OK).Items().Select(one => one.Text("id")));
        yield return ("people", async () => ConversationsOf(world, (await api.Get("/api/v1/contacts?limit=100")).Expect(HttpStatusCode.OK).Items().Select(one => one.Text("id"))));
        yield return ("each person", async () => ConversationsOf(world, await EachOf(world.Conversations.Select(one => one.Contact), async id => (await api.Get("/api/v1/contacts/" + id)).Status)));
        yield return ("the export", async () =>
        {
            var csv = await Csv(somebody.Client, "/api/v1/contacts/export");
            return ConversationsOf(world, world.Conversations.Select(one => one.Contact).Where(contact => csv.Contains(contact, StringComparison.Ordinal)));
        });
        yield return ("counts", async () =>
        {
            // Only a number: it must be that of the list.
            var counts = (await api.Get("/api/v1/conversations/counts")).Expect(HttpStatusCode.OK);
            var expected = world.Conversations.Where(one => world.Sees(somebody, one)).ToList();
            var bulk = (await api.Post("/api/v1/conversations/bulk/preview", new { filter = new Dictionary<string, string>() { ["channel"] = string.Join(',', world.Channels) } })).Expect(HttpStatusCode.OK).Long("count");
            var preview = (await site.Owner.Api.Post("/api/v1/roles/preview", new { agentId = somebody.Client.Id })).Expect(HttpStatusCode.OK).Long("conversations");
            return (counts.Long("all"), counts.Long("resolved"), bulk, preview) == (expected.Count(one => !one.Resolved), expected.Count(one => one.Resolved), expected.Count, expected.Count)
                ? expected.Select(one => one.Id) : [$"all {counts.Long("all")}, resolved {counts.Long("resolved")}, bulk {bulk}, preview {preview} of {expected.Count}"];
        });
        yield return ("file links", async () =>
        {
            var withFile = world.Conversations.Where(one => one.File is not null).ToList();
            var shown = await EachOf(withFile.Select(one => one.File!), async id => (await api.Post("/api/v1/files/links", new { ids = new[] { id } })).Status);
            var without = world.Conversations.Where(one => one.File is null && world.Sees(somebody, one)).Select(one => one.Id);
            return withFile.Where(one => shown.Contains(one.File)).Select(one => one.Id).Concat(without);
        });
        yield return ("writing", () => Each(world, async id => (await api.Post($"/api/v1/conversations/{id}/priority", new { priority = "high" })).Status));
    }

    /// <summary>What a console hears when something happens in every conversation.</summary>
    private static async Task Sockets(World world, Somebody somebody, List<string> expected, string about)
    {
        await using var console = await somebody.Client.Socket();
        await console.Send(new { op = "watch", list = "all" });
        await console.Op("watching");
        foreach (var one in world.Conversations)
            await console.Send(new { op = "watch", conversation = one.Id, after = 0 });
        var refused = world.Conversations.Count - expected.Count;
        await console.Next(_ => console.Frames.Count(frame => frame.IsOp("error") && frame.Maybe("refused") == "watch") == refused && expected.All(id => console.Entries(id).Any()), "each watch is answered: " + about);
        Assert.Equal(expected, world.Conversations.Select(one => one.Id).Where(id => console.Entries(id).Any()).Order(StringComparer.Ordinal));

        foreach (var one in world.Conversations)
            await world.Site.Owner.Say(one.Id, "看一下", isPrivate: true);
        bool Heard(JsonElement frame, string id) => frame.IsEvent("message.created") && frame.Maybe("conversation") == id && frame.GetProperty("data").Maybe("text") == "看一下";
        HashSet<string> Rows() => [.. console.Frames.Where(frame => frame.IsEvent("list.changed")).SelectMany(frame => frame.GetProperty("data").GetProperty("rows").EnumerateArray()).Select(row => row.Text("id"))];
        var listed = expected.Where(id => world.Conversations.Any(one => one.Id == id && !one.Resolved)).ToList();
        if (expected.Count > 0)
            await console.Next(_ => expected.All(id => console.Frames.Any(frame => Heard(frame, id))) && listed.All(Rows().Contains), "every note is heard: " + about);
        await console.Send(new { op = "ping" });
        await console.Op("pong");
        Assert.Equal(expected, world.Conversations.Select(one => one.Id).Where(id => console.Frames.Any(frame => Heard(frame, id))).Order(StringComparer.Ordinal));
        Assert.Equal(listed, Rows().Order(StringComparer.Ordinal));
    }

    private static async Task<string> Csv(AgentClient client, string path)
    {
#pragma warning disable RS0030 // tests speak to their own server
        using var http = new HttpClient { BaseAddress = client.Address };
#pragma warning restore RS0030
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", client.Cookie);
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<Actor> ActorOf(Site site, Somebody somebody) =>
        new(1, Guid.Empty, somebody.Client.Id, "", "", "", "") { Rights = (await site.The<IRights>().Of(1, somebody.Client.Id, CancellationToken.None))!.Whole };

    private static Task<IEnumerable<string>> Each(World world, Func<string, Task<HttpStatusCode>> ask) => EachOf(world.Conversations.Select(one => one.Id), ask);

    private static async Task<IEnumerable<string>> EachOf(IEnumerable<string> ids, Func<string, Task<HttpStatusCode>> ask)
    {
        var shown = new List<string>();
        foreach (var id in ids)
        {
            var status = await ask(id);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{id} answered {status}");
            if (status == HttpStatusCode.OK)
                shown.Add(id);
        }
        return shown;
    }

    private static IEnumerable<string> ConversationsOf(World world, IEnumerable<string> contacts)
    {
        var shown = contacts.ToHashSet();
        return world.Conversations.Where(one => shown.Contains(one.Contact)).Select(one => one.Id);
    }

    private sealed record Rule(string[] Who, string[]? Channels, string[]? Tags);

    private sealed record Somebody(AgentClient Client, IReadOnlyList<Rule> Rules);

    private sealed record Talk(string Id, string Contact, string Channel, string? Assignee, string? Team, string[] Tags, string[] Mentioned, bool Resolved, string? File);

    private sealed class World(Site site)
    {
        public Site Site => site;

        public List<string> Channels { get; } = [];

        public List<Talk> Conversations { get; } = [];

        public List<Somebody> People { get; } = [];

        private readonly Dictionary<string, string?> _above = [];
        private readonly Dictionary<string, string[]> _members = [];

        /// <summary>The plain reading of the roles, in other words than the server's.</summary>
        public bool Sees(Somebody somebody, Talk one) => somebody.Rules.Any(rule =>
            (rule.Channels is null || rule.Channels.Contains(one.Channel)) && (rule.Tags is null || rule.Tags.Intersect(one.Tags).Any())
            && rule.Who.Any(kind => Sees(somebody.Client.Id.ToString(), kind, one)));

        private bool Sees(string me, string kind, Talk one)
        {
            var own = _members.Where(team => team.Value.Contains(me)).Select(team => team.Key).ToList();
            bool Below(string? team) => team is not null && (own.Contains(team) || Below(_above[team]));
            bool AboveMine(string team) => own.Any(mine => Chain(mine).Contains(team));
            bool Colleague(Func<string, bool> inTeam) => one.Assignee is { } holder && _members.Any(team => inTeam(team.Key) && team.Value.Contains(holder));
            var waitsAbove = one is { Assignee: null, Team: { } queue } && AboveMine(queue);
            return kind switch
            {
                "all" => true,
                "assigned" => one.Assignee == me,
                "own" => one.Assignee == me || one.Mentioned.Contains(me),
                "unassigned" => one.Assignee is null,
                "team" => (one.Team is { } team && own.Contains(team)) || Colleague(own.Contains) || waitsAbove,
                _ => (one.Team is not null && Below(one.Team)) || Colleague(team => Below(team)) || waitsAbove,
            };
        }

        private IEnumerable<string> Chain(string? team)
        {
            for (; team is not null; team = _above[team])
                yield return team;
        }

        public static async Task<World> Make(Site site, Random random)
        {
            var world = new World(site);
            var api = site.Owner.Api;
            T Any<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
            bool Chance(double odds) => random.NextDouble() < odds;

            world.Channels.AddRange([site.ChannelId.ToString(), (await api.Post("/api/v1/channels", new { kind = "web", name = "Second" })).Expect(HttpStatusCode.Created).Text("id")]);
            var tags = new List<string>();
            var names = new[] { "退款", "发票", "催单" };
            foreach (var name in names)
                tags.Add((await api.Post("/api/v1/tags", new { name })).Expect(HttpStatusCode.Created).GetProperty("id").GetString()!);
            var agents = new List<AgentClient>();
            for (var i = 0; i < 6; i++)
                agents.Add(await site.Agent("agent", name: "Agent " + i));
            var teams = new List<string>();
            for (var i = 0; i < 5; i++)
            {
                var parent = teams.Count > 0 && Chance(0.7) ? Any(teams) : null;
                var id = (await api.Post("/api/v1/teams", new { name = "Team " + i, parentId = parent })).Expect(HttpStatusCode.Created).Text("id");
                teams.Add(id);
                world._above[id] = parent;
                world._members[id] = [.. agents.Where(_ => Chance(0.3)).Select(agent => agent.Id.ToString())];
                (await api.Patch("/api/v1/teams/" + id, new { members = world._members[id].Select(member => new { id = member }) })).Expect(HttpStatusCode.OK);
            }
            for (var i = 0; i < 18; i++)
                await world.Talk(i, Any(world.Channels), names.Where(_ => Chance(0.3)).ToArray(), Chance(0.5) ? Any(teams) : null, Chance(0.5) ? Any(agents) : null, Chance(0.2) ? Any(agents) : null, Chance(0.2));
            foreach (var agent in agents)
            {
                var rules = Enumerable.Range(0, random.Next(1, 3)).Select(_ => new Rule(
                    [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Any(ScopeRule.Kinds)).Distinct()],
                    Chance(0.3) ? [Any(world.Channels)] : null, Chance(0.3) ? [.. tags.Where(_ => Chance(0.6)).DefaultIfEmpty(tags[0])] : null)).ToList();
                var ids = new List<string>();
                foreach (var rule in rules)
                    ids.Add(await Role(site, rule));
                Assert.Equal(HttpStatusCode.NoContent, (await api.Send(HttpMethod.Put, $"/api/v1/agents/{agent.Id}/roles", new { roles = ids })).Status);
                world.People.Add(new Somebody(agent, rules));
            }
            await Until.True(async () => (await api.Get("/api/v1/search?q=订单&limit=50")).Body.Items().Count() == world.Conversations.Count, "everything is indexed");
            return world;
        }

        private async Task Talk(int number, string channel, string[] tags, string? team, AgentClient? holder, AgentClient? named, bool resolved)
        {
            var visitor = await site.Visitor(Guid.Parse(channel));
            string? file = null;
            if (number % 6 == 0)
            {
                using var upload = Uploader.Of(visitor);
                file = await upload.Put($"订单{number}.txt", "text"u8.ToArray());
            }
            var said = (await visitor.Post("/widget/v1/messages", new { clientId = "a", text = $"订单 {number} 到哪了", attachments = file is null ? [] : new[] { file } })).Expect(HttpStatusCode.Created);
            var id = said.Text("conversationId");
            var api = site.Owner.Api;
            if (tags.Length > 0)
                (await api.Post($"/api/v1/conversations/{id}/tags", new { add = tags })).Expect(HttpStatusCode.OK);
            if (team is not null || holder is not null)
                (await api.Post($"/api/v1/conversations/{id}/assign", team is null ? new { agentId = holder!.Id } : new { agentId = holder?.Id, teamId = team })).Expect(HttpStatusCode.OK);
            if (named is not null)
                (await api.Post($"/api/v1/conversations/{id}/messages", new { clientId = AgentClient.NewId(), text = "请看", @private = true, mentions = new[] { named.Id } })).Expect(HttpStatusCode.Created);
            if (resolved)
                await site.Owner.Status(id, "resolved");
            var row = await site.Owner.Row(id);
            string? IdOf(string member) => row.GetProperty(member) is { ValueKind: JsonValueKind.Object } known ? known.Text("id") : null;
            Conversations.Add(new Talk(id, IdOf("contact")!, channel, IdOf("assignee"), IdOf("team"), [.. row.GetProperty("tags").EnumerateArray().Select(tag => tag.Text("id"))],
                named is null ? [] : [named.Id.ToString()], resolved, file));
        }

        private static async Task<string> Role(Site site, Rule rule)
        {
            var fields = FieldPolicy.Names.ToDictionary(name => name, _ => "clear");
            var policy = new
            {
                permissions = new[] { "conversations.read", "conversations.reply", "contacts.read", "contacts.export" },
                scope = new { who = rule.Who, channels = rule.Channels, tags = rule.Tags }, handling = (object?)null, fields, conditions = new { },
            };
            return (await site.Owner.Api.Post("/api/v1/roles", new { name = Guid.NewGuid().ToString("N"), policy })).Expect(HttpStatusCode.Created).Text("id");
        }
    }
}
