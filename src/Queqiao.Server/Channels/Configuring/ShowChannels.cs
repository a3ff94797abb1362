using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>GET /api/v1/channels</c> and <c>GET /api/v1/channels/{id}</c></summary>
internal static class ShowChannels
{
    public static async Task<IResult> All(Actor actor, ChannelAnswering answering, IStorageEngine storage, PublicUrl url, HttpRequest request, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var channels = await db.Table<Channel>().AsNoTracking()
            .Where(channel => channel.Ws == actor.Ws && channel.DeletedAt == null)
            .OrderBy(channel => channel.CreatedAt).ThenBy(channel => channel.Id)
            .ToListAsync(ct);
        var (baseUrl, manages) = (url.For(request), actor.May(Permissions.ManageChannels));
        return TypedResults.Ok(new ChannelAnswers([.. channels.Select(channel => answering.Of(channel, baseUrl, manages))]));
    }

    public static async Task<IResult> One(Guid id, Actor actor, ChannelAnswering answering, IStorageEngine storage, PublicUrl url, HttpRequest request, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var channel = await db.Table<Channel>().AsNoTracking().SingleOrDefaultAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.DeletedAt == null, ct);
        return channel is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(answering.Of(channel, url.For(request), actor.May(Permissions.ManageChannels)));
    }
}
