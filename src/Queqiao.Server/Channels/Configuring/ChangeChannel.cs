using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>PATCH /api/v1/channels/{id}</c>: what is given replaces what was; settings as a whole.</summary>
internal static class ChangeChannel
{
    public sealed record Request(string? Name = null, JsonElement? Settings = null, bool? Enabled = null);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, ChannelDirectory directory, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (request.Name is { } name && Refusal.Of(ChannelNames.Check(name)) is { } invalid)
            return invalid.ToProblem();
        WebSettings? settings = null;
        if (request.Settings is { } given)
        {
            (settings, var refusal) = WebSettingsRules.Read(given);
            if (refusal is not null)
                return refusal.ToProblem();
        }

        var changed = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var channel = await unit.Db.Table<Channel>().SingleOrDefaultAsync(channel => channel.Ws == actor.Ws && channel.Id == id, stop);
            if (channel is null || Apply(channel, request, settings) is not { } news)
                return channel;
            unit.AfterCommit(() => directory.Changed(id));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "channel.changed", "channel", id.ToString(), news, stop);
            return channel;
        }, ct);
        return changed is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(ChannelAnswer.Of(changed, url.For(context.Request)));
    }

    /// <summary>What the audit row says: each member that changed, as it was and as it is. Null when nothing changed.</summary>
    private static Dictionary<string, object>? Apply(Channel channel, Request request, WebSettings? settings)
    {
        var news = new Dictionary<string, object>(StringComparer.Ordinal);
        if (request.Name?.Trim() is { } name && name != channel.Name)
        {
            news["name"] = new { from = channel.Name, to = name };
            channel.Name = name;
        }
        if (settings is not null && StoredSettings.Text(settings) is var text && text != channel.Settings)
        {
            news["settings"] = new { from = StoredSettings.Web(channel.Settings), to = settings };
            channel.Settings = text;
        }
        if (request.Enabled is { } enabled && enabled != channel.Enabled)
        {
            news["enabled"] = new { from = channel.Enabled, to = enabled };
            channel.Enabled = enabled;
        }
        return news.Count == 0 ? null : news;
    }
}
