using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Learning;

/// <summary>
/// <c>GET /api/v1/learning/topics</c>: what customers write about, over all conversations that the actor may see, those with people included.
/// Counted when it is asked for; nothing of it is kept.
/// </summary>
internal static class TopicEndpoints
{
    private const int MostRead = 2000;
    private const int AtOnce = 200;
    private const int MostDays = 90;

    /// <param name="Read">Conversations that were looked at: the newest, at most 2,000.</param>
    /// <param name="Total">Conversations of the time.</param>
    public sealed record Answer(DateTimeOffset From, DateTimeOffset To, int Total, int Read, IReadOnlyList<Topic> Items);

    public static async Task<IResult> Show(int? days, Guid? channel, Actor actor, Brains brains, IBotConversations conversations, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        if (days is < 1 or > MostDays)
            return Refusal.Invalid("days", "out_of_range", 1, MostDays).ToProblem();
        var to = clock.GetUtcNow();
        var from = to.AddDays(-(days ?? 30));
        var (since, now) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        await using var db = storage.Read(actor.Ws);
        var heads = db.Visible(actor.Conversations()).Where(head => head.CreatedAt >= since && (channel == null || head.ChannelId == channel));
        var total = await heads.CountAsync(ct);
        var read = await heads.OrderByDescending(head => head.CreatedAt).Take(MostRead).Select(head => new { head.Id, head.CreatedAt, head.Rating }).ToListAsync(ct);
        var openings = new List<Opening>(read.Count);
        foreach (var some in read.Chunk(AtOnce))
        {
            var said = (await conversations.Openings(actor.Ws, [.. some.Select(head => head.Id)], ct)).ToLookup(one => one.Conversation, one => one.Text);
            openings.AddRange(some.Select(head => new Opening(head.Id, head.CreatedAt, [.. said[head.Id].Take(8)], head.Rating)));
        }
        var brain = await brains.Of(actor.Ws);
        var topics = await Task.Run(() => Topics.Of(openings, brain, since, now), ct);
        return TypedResults.Ok(new Answer(from, to, total, read.Count, [.. topics.Select(topic => Shown(topic, actor))]));
    }

    private static Topic Shown(Topic topic, Actor actor) => topic with { Quotes = [.. topic.Quotes.Select(quote => Masks.At(actor.Rights.Fields.Messages, quote, static words => Masks.Text(words))).OfType<string>()] };
}
