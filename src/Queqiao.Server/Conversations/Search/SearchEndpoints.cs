using System.Buffers.Binary;
using System.Buffers.Text;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Contacts;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Conversations.Search;

/// <summary>/api/v1/search: what agents find. Visitors have no way in.</summary>
internal static class SearchEndpoints
{
    public const int LongestQuery = 200;
    private const int MostItems = 50;
    private const string CursorPurpose = "search cursor";
    private static readonly string[] Types = ["conversations", "messages", "contacts"];

    public static void Map(IEndpointRouteBuilder app)
    {
        var search = app.MapGroup("/api/v1/search").WithTags("Search");
        search.MapGet("", Find).Costs(RequestCost.Search).Needs(Permissions.ReadConversations)
            .TakesQuery("q", "type", "status", "assignee", "channel", "from", "to", "notes", "limit", "cursor")
            .WithSummary("Find messages, notes, subjects, conversations and people by their words").Produces<FoundAnswer>();
        search.MapGet("/status", Status).Needs(Permissions.ReadConversations).TakesQuery()
            .WithSummary("How far the index is behind").Produces<StatusAnswer>();
        search.MapPost("/rebuild", Rebuild).IsBulkWork().Needs(Permissions.ManageWorkspace).TakesQuery()
            .WithSummary("Fill the index anew, while it goes on being used").Produces(StatusCodes.Status202Accepted);
    }

    /// <param name="Q">Words; <c>"in this order"</c>; the last word and numbers also by their beginning.</param>
    /// <param name="Type">conversations (default): each once, with its newest hits; messages: every hit; contacts: people by name or identifier (the other filters do not apply).</param>
    /// <param name="Status">Of the conversation.</param>
    /// <param name="Assignee">me, none or an agent's id.</param>
    /// <param name="Channel">A channel's id.</param>
    /// <param name="From">RFC 3339: this moment or later.</param>
    /// <param name="To">RFC 3339: before this moment.</param>
    /// <param name="Notes">false: without colleagues' notes.</param>
    /// <param name="Limit">1–50, default 20.</param>
    /// <param name="Cursor">From the page before.</param>
    internal sealed record Asked(string? Q, string? Type, string? Status, string? Assignee, Guid? Channel, string? From, string? To, bool? Notes, int? Limit, string? Cursor);

    private static async Task<IResult> Find([AsParameters] Asked asked, Actor actor, TextSearch search, IContactSearch people, SearchRebuild index, IVault vault, RowFactsSource rows, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var limit = asked.Limit ?? 20;
        if (SearchFilter.Read(asked, actor, out var filter) is { } refusal)
            return refusal.ToProblem();
        if (limit is < 1 or > MostItems)
            return Refusal.Invalid("limit", "out_of_range", 1, MostItems).ToProblem();
        if (asked.Type is not null && !Types.Contains(asked.Type))
            return Refusal.Invalid("type", "not_one_of", string.Join(", ", Types)).ToProblem();
        if (asked.Q is { Length: > LongestQuery })
            return Refusal.Invalid("q", "too_long", LongestQuery).ToProblem();
        // Over everybody's conversations: what was looked for stays hidden, but the same words have the same tag.
        if (actor.Rights.SeesEverything && asked is { Cursor: null, Q: { } words })
            await Audit.Reading(storage, actor, context, "search.made", "search", null, new { tag = vault.Tag(actor.Ws, "audit search", words), asked.Type, asked.Status, asked.Assignee, asked.Channel, asked.From, asked.To }, ct);
        if (asked.Type == "contacts")
            return await People(asked, actor, people, limit, ct);
        long? before = null;
        if (asked.Cursor is { } cursor && (before = Open(vault, actor, cursor)) is null)
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        var page = SearchQuery.Parse(asked.Q ?? "") is not { } query ? new FoundPage([], null, Cut: false)
            : asked.Type == "messages" ? await search.Messages(filter.Of(actor, query), before, limit, ct)
            : await search.Conversations(filter.Of(actor, query), before, limit, ct);
        page = page with { Items = [.. page.Items.Select(item => item with { Head = item.Head.For(actor.Rights.Fields), Hits = [.. item.Hits.Select(hit => hit with { Entry = hit.Entry.For(actor.Rights.Fields) })] })] };
        var facts = new List<RowFacts>(page.Items.Count);
        foreach (var item in page.Items)
            facts.Add(await rows.Of(item.Head, ct));
        var next = page.Next is { } place ? Seal(vault, actor, place) : null;
        return JsonAnswer.Object((page, facts, next, status: Answer(await index.Status(ct), clock)), static (json, it) =>
        {
            json.WriteStartArray("items");
            for (var i = 0; i < it.page.Items.Count; i++)
                SearchWriter.Write(json, it.page.Items[i], it.facts[i]);
            json.WriteEndArray();
            if (it.next is not null)
                json.WriteString("nextCursor", it.next);
            json.WriteBoolean("cut", it.page.Cut);
            json.WriteNumber("lagSeconds", it.status.LagSeconds);
            json.WriteBoolean("rebuilding", it.status.Rebuilding);
        });
    }

    private static async Task<StatusAnswer> Status(SearchRebuild index, TimeProvider clock, CancellationToken ct) => Answer(await index.Status(ct), clock);

    /// <summary>Their words are made with the change itself, so they are never behind but after an upgrade.</summary>
    private static async Task<IResult> People(Asked asked, Actor actor, IContactSearch people, int limit, CancellationToken ct)
    {
        if (!actor.May(Permissions.ReadContacts))
            return Refusal.Forbidden().ToProblem();
        if (await people.Find(actor, asked.Q ?? "", asked.Cursor, limit, ct) is not { } found)
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        return TypedResults.Ok(new PeopleAnswer([.. found.Items.Select(one => new PersonItem(one))], found.NextCursor, Cut: false, LagSeconds: 0, await people.IsBehind(actor.Ws, ct)));
    }

    private static async Task<IResult> Rebuild(Actor actor, SearchRebuild index, HttpContext context, CancellationToken ct)
    {
        await index.Begin(empty: false, (unit, stop) => Audit.Record(unit, AuditBy.Agent(actor, context), "search.rebuilt", "search", null, null, stop), ct);
        return TypedResults.Accepted((string?)null);
    }

    private static StatusAnswer Answer(SearchStatus status, TimeProvider clock) => new(
        status.OldestWaiting is { } at ? Math.Round(Math.Max(0, clock.GetUtcNow().ToUnixTimeMilliseconds() - at) / 1000.0, 1) : 0,
        status.RebuildAt is not null, Math.Round(status.Progress, 4));

    // A place is a moment at which somebody wrote, perhaps in a conversation that the reader may not see.
    private static string Seal(IVault vault, Actor actor, long place)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place);
        return Base64Url.EncodeToString(vault.Seal(actor.Ws, CursorPurpose, bytes, actor.AgentId));
    }

    private static long? Open(IVault vault, Actor actor, string cursor)
    {
        try
        {
            return cursor.Length <= LongestQuery ? BinaryPrimitives.ReadInt64BigEndian(vault.Open(actor.Ws, CursorPurpose, Base64Url.DecodeFromChars(cursor), actor.AgentId)) : null;
        }
        catch (Exception trouble) when (trouble is FormatException or DamagedException)
        {
            return null;
        }
    }

    /// <param name="LagSeconds">Age of the oldest entry that cannot be found yet; 0: everything can.</param>
    /// <param name="Rebuilding">The index is being filled anew.</param>
    /// <param name="Progress">How much of the log is in it, 0 to 1.</param>
    internal sealed record StatusAnswer(double LagSeconds, bool Rebuilding, double Progress);

    /// <summary>With <c>type=contacts</c>.</summary>
    internal sealed record PeopleAnswer(IReadOnlyList<PersonItem> Items, string? NextCursor, bool Cut, double LagSeconds, bool Rebuilding);

    internal sealed record PersonItem(FoundPerson Contact);

    /// <summary>For the reference: the form of the answer.</summary>
    internal sealed record FoundAnswer(IReadOnlyList<FoundItem> Items, string? NextCursor, bool Cut, double LagSeconds, bool Rebuilding);

    /// <param name="Conversation">As in lists.</param>
    internal sealed record FoundItem(object Conversation, IReadOnlyList<FoundHit> Hits);

    internal sealed record FoundHit(long Seq, string At, string Kind, string? Direction, object Sender, FoundSnippet Snippet);

    /// <param name="Text">Plain text, no markup.</param>
    /// <param name="Marks">Pairs of start and end in UTF-16 units.</param>
    internal sealed record FoundSnippet(string Text, IReadOnlyList<int[]> Marks);
}
