using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>PATCH /api/v1/channels/{id}</c>: what is given replaces what was; settings as a whole, except that a secret that is not given stays.</summary>
internal static class ChangeChannel
{
    public sealed record Request(string? Name = null, JsonElement? Settings = null, bool? Enabled = null);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, ChannelDirectory directory, KindRegistry kinds, ChannelAnswering answering, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (request.Name is { } name && Refusal.Of(ChannelNames.Check(name)) is { } invalid)
            return invalid.ToProblem();
        var (changed, refusal) = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var channel = await unit.Db.Table<Channel>().SingleOrDefaultAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.DeletedAt == null, stop);
            if (channel is null)
                return (channel, Refusal.NotFound());
            var news = new Dictionary<string, object>(StringComparer.Ordinal);
            if (request.Settings is { } given && Settings(unit, channel, given, kinds, news) is { } no)
                return (null, no);
            Apply(channel, request, news);
            if (ConsentChanged(news, kinds.Find(channel.Kind)))
                await unit.Db.Table<ChannelState>().Where(state => state.Ws == channel.Ws && state.ChannelId == channel.Id).ExecuteUpdateAsync(set => set.SetProperty(state => state.ConsentUntil, (long?)null), stop);
            if (news.Count == 0)
                return (channel, null);
            unit.AfterCommit(() => directory.Changed(id));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "channel.changed", "channel", id.ToString(), news, stop);
            return (channel, (Refusal?)null);
        }, ct);
        return refusal is not null ? refusal.ToProblem() : TypedResults.Ok(answering.Of(changed!, url.For(context.Request), manages: true));
    }

    /// <summary>Somebody entered another token: nobody knows yet how long that one lives.</summary>
    private static bool ConsentChanged(Dictionary<string, object> news, IChannelKind? kind) =>
        kind is not null && news.GetValueOrDefault("secrets") is List<string> secrets && kind.Descriptor.Settings.Any(field => field.Granted && secrets.Contains(field.Key));

    /// <summary>What the audit row says: each member that changed, as it was and as it is; of secrets their names.</summary>
    private static void Apply(Channel channel, Request request, Dictionary<string, object> news)
    {
        if (request.Name?.Trim() is { } name && name != channel.Name)
        {
            news["name"] = new { from = channel.Name, to = name };
            channel.Name = name;
        }
        if (request.Enabled is { } enabled && enabled != channel.Enabled)
        {
            news["enabled"] = new { from = channel.Enabled, to = enabled };
            channel.Enabled = enabled;
        }
    }

    private static Refusal? Settings(WriteUnit unit, Channel channel, JsonElement given, KindRegistry kinds, Dictionary<string, object> news)
    {
        if (channel.Kind == ChannelKinds.Web)
        {
            var (settings, refusal) = WebSettingsRules.Read(given);
            if (settings is null)
                return refusal;
            if (StoredSettings.Text(settings) is var text && text != channel.Settings)
            {
                news["settings"] = new { from = StoredSettings.Web(channel.Settings), to = settings };
                channel.Settings = text;
            }
            return null;
        }
        if (kinds.Find(channel.Kind) is not { } kind)
            return Refusal.Conflict("channel_kind_gone");
        var before = AdapterSettings.Of(unit.Vault, channel);
        var (after, wrong) = AdapterSettings.Read(given, before, kind);
        if (after is null)
            return wrong;
        if (AdapterSettings.Text(after.Open) is var open && open != channel.Settings)
        {
            news["settings"] = new { from = before.Open, to = after.Open };
            channel.Settings = open;
        }
        var secrets = after.Secret.Keys.Union(before.Secret.Keys).Where(key => after.Secret.GetValueOrDefault(key) != before.Secret.GetValueOrDefault(key)).Order(StringComparer.Ordinal).ToList();
        if (secrets.Count > 0)
        {
            news["secrets"] = secrets;
            channel.Secrets = AdapterSettings.Seal(unit.Vault, channel.Ws, channel.Id, after.Secret);
        }
        return null;
    }
}

/// <summary><c>DELETE /api/v1/channels/{id}</c>: nothing comes or goes by it any more, and its secrets are gone. What came by it stays.</summary>
internal static class DeleteChannel
{
    public static async Task<IResult> Handle(Guid id, Actor actor, ChannelDirectory directory, Push.Sending.PushDesk push, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var deleted = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var channel = await unit.Db.Table<Channel>().SingleOrDefaultAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.DeletedAt == null, stop);
            if (channel is null)
                return false;
            (channel.DeletedAt, channel.Enabled, channel.Secrets) = (unit.Ids.Now(), false, null);
            await unit.Db.Table<ChannelToken>().Where(token => token.Ws == actor.Ws && token.ChannelId == id).ExecuteDeleteAsync(stop);
            await push.ChannelGone(unit, id, stop);
            unit.AfterCommit(() => directory.Changed(id));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "channel.deleted", "channel", id.ToString(), new { kind = channel.Kind, name = channel.Name }, stop);
            return true;
        }, ct);
        return deleted ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }
}
