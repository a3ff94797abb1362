using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Supervising;

/// <summary><c>GET /api/v1/supervise/board</c>: what waits now and how the day goes, of the conversations that the reader supervises.</summary>
internal static class LiveBoard
{
    /// <summary>First answers are averaged over this many of the day's newest conversations.</summary>
    private const int MostAnswers = 2000;

    public static void Map(IEndpointRouteBuilder app)
    {
        var board = app.MapGroup("/api/v1/supervise").WithTags("Supervising");
        board.MapGet("/board", Handle).Needs(Permissions.Supervise).TakesQuery().WithSummary("Who waits, since when, and today's figures").Produces<Answer>();
        board.MapGet("/behind", BehindFigures.Handle).Needs(Permissions.Supervise).TakesQuery("figure", "team", "agent", "limit", "cursor").WithSummary("The conversations behind a figure");
    }

    /// <param name="Queued">Waiting for anybody.</param>
    /// <param name="Unanswered">With somebody, and the customer waits for an answer.</param>
    /// <param name="LongestSince">Since when the one has waited who waits longest.</param>
    internal sealed record Answer(
        int Queued, int Unanswered, int Open, DateTimeOffset? LongestSince, Today Today, IReadOnlyList<TeamLine> Teams, IReadOnlyList<AgentLine> Agents, DateTimeOffset Midnight, DateTimeOffset At);

    /// <param name="FirstAnswerSeconds">Median from the customer's first word to the first answer of a colleague; null: there was none.</param>
    /// <param name="Answered">Conversations that it is the median of.</param>
    internal sealed record Today(int Started, int Resolved, int Rated, double? Rating, int? FirstAnswerSeconds, int Answered);

    internal sealed record TeamLine(Guid? TeamId, string? Name, int Queued, int Unanswered, DateTimeOffset? LongestSince);

    /// <param name="Unanswered">Of their conversations those whose customer waits.</param>
    internal sealed record AgentLine(Guid AgentId, int Open, int Unanswered, DateTimeOffset? LongestSince);

    private static async Task<IResult> Handle(Actor actor, ITeams teams, IWorkDay day, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        var midnight = await day.Begin(actor.Ws, ct);
        await using var db = storage.Read(actor.Ws);
        var seen = db.Visible(actor.Conversations(Permissions.Supervise)).Where(head => head.MergedInto == null);
        var waiting = await seen.Where(head => head.Status == ConversationStatus.Queued || (head.Status == ConversationStatus.Open && head.WaitingSince != null))
            .GroupBy(head => new { head.TeamId, head.AssigneeId, head.Status })
            .Select(group => new Waiting(group.Key.TeamId, group.Key.AssigneeId, group.Key.Status, group.Count(), group.Min(head => head.WaitingSince))).ToListAsync(ct);
        var open = await seen.Where(head => head.Status == ConversationStatus.Open && head.AssigneeId != null)
            .GroupBy(head => head.AssigneeId!.Value).Select(group => new { Id = group.Key, Count = group.Count() }).ToListAsync(ct);
        var names = await teams.Names(actor.Ws, [.. waiting.Select(one => one.TeamId).OfType<Guid>().Distinct()], ct);
        return TypedResults.Ok(new Answer(
            Queued(waiting), Unanswered(waiting), open.Sum(one => one.Count), Longest(waiting), await TodayOf(db, seen, midnight, ct),
            [.. waiting.GroupBy(one => one.TeamId).Select(team => new TeamLine(team.Key, team.Key is { } id ? names.GetValueOrDefault(id) : null, Queued(team), Unanswered(team), Longest(team))).OrderByDescending(team => team.Queued)],
            [.. open.Select(agent =>
            {
                var own = waiting.Where(one => one.AssigneeId == agent.Id && one.Status == ConversationStatus.Open).ToList();
                return new AgentLine(agent.Id, agent.Count, Unanswered(own), Longest(own));
            })],
            DateTimeOffset.FromUnixTimeMilliseconds(midnight), clock.GetUtcNow()));
    }

    private sealed record Waiting(Guid? TeamId, Guid? AssigneeId, string Status, int Count, long? Since);

    private static int Queued(IEnumerable<Waiting> all) => all.Where(one => one.Status == ConversationStatus.Queued).Sum(one => one.Count);

    private static int Unanswered(IEnumerable<Waiting> all) => all.Where(one => one.Status == ConversationStatus.Open).Sum(one => one.Count);

    private static DateTimeOffset? Longest(IEnumerable<Waiting> all) => all.Min(one => one.Since) is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null;

    private static async Task<Today> TodayOf(QueqiaoDb db, IQueryable<ConversationHead> seen, long midnight, CancellationToken ct)
    {
        var started = seen.Where(head => head.CreatedAt >= midnight);
        var rated = await seen.Where(head => head.RatedAt >= midnight && head.Rating != null).GroupBy(_ => 1).Select(all => new { Count = all.Count(), Average = all.Average(head => head.Rating) }).SingleOrDefaultAsync(ct);
        var newest = await started.OrderByDescending(head => head.CreatedAt).Take(MostAnswers).Select(head => new { head.Ws, head.Id, head.CreatedAt }).ToListAsync(ct);
        var answers = new List<long>();
        foreach (var some in newest.Chunk(500))
        {
            var ids = some.Select(head => head.Id).ToArray();
            var first = await db.Visible(Scope<EntryRow>.Workspace(some[0].Ws))
                .Where(entry => ids.Contains(entry.ConversationId) && entry.Type == EntryType.Message && entry.SenderKind == SenderKind.Agent)
                .GroupBy(entry => entry.ConversationId).Select(group => new { Id = group.Key, At = group.Min(entry => entry.At) }).ToDictionaryAsync(one => one.Id, one => one.At, ct);
            answers.AddRange(some.Where(head => first.ContainsKey(head.Id)).Select(head => first[head.Id] - head.CreatedAt));
        }
        answers.Sort();
        return new Today(
            await started.CountAsync(ct), await seen.CountAsync(head => head.ResolvedAt >= midnight, ct), rated?.Count ?? 0, rated?.Average,
            answers.Count == 0 ? null : (int)(Math.Max(0, answers[answers.Count / 2]) / 1000), answers.Count);
    }
}
