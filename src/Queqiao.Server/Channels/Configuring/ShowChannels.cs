using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>GET /api/v1/channel-kinds</c></summary>
internal static class ShowChannelKinds
{
    public sealed record Row(string Kind, string Name, JsonObject Settings, IReadOnlyList<string> Abilities);

    public sealed record Rows(IReadOnlyList<Row> Items);

    public static IResult Handle(HttpContext context)
    {
        var web = ChannelKinds.WebIn(Locale.Of(context));
        return TypedResults.Ok(new Rows([new Row(web.Id, web.Name, web.Settings, web.Abilities)]));
    }
}

/// <summary><c>GET /api/v1/channels</c> and <c>GET /api/v1/channels/{id}</c></summary>
internal static class ShowChannels
{
    public static async Task<IResult> All(Actor actor, IStorageEngine storage, PublicUrl url, HttpRequest request, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var channels = await db.Table<Channel>().AsNoTracking()
            .Where(channel => channel.Ws == actor.Ws)
            .OrderBy(channel => channel.CreatedAt).ThenBy(channel => channel.Id)
            .ToListAsync(ct);
        var baseUrl = url.For(request);
        return TypedResults.Ok(new ChannelAnswers([.. channels.Select(channel => ChannelAnswer.Of(channel, baseUrl))]));
    }

    public static async Task<IResult> One(Guid id, Actor actor, IStorageEngine storage, PublicUrl url, HttpRequest request, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var channel = await db.Table<Channel>().AsNoTracking().SingleOrDefaultAsync(channel => channel.Ws == actor.Ws && channel.Id == id, ct);
        return channel is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(ChannelAnswer.Of(channel, url.For(request)));
    }
}
