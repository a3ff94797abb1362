using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Email;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Configuring;

internal sealed class ChannelDirectory(IStorageEngine storage, TimeProvider clock, CacheNews? news = null) : IChannels
{
    private readonly FreshCache<Guid, ChannelView> _known = new(clock, TimeSpan.FromSeconds(5), news, "channels");

    public ValueTask<ChannelView?> Find(Guid id, CancellationToken ct) => _known.Get(id, Load, ct);

    /// <summary>The same without waiting for a task: for what is asked inside the log's transaction. From memory nearly always.</summary>
    public ChannelView? FindNow(Guid id) => _known.GetNow(id, LoadNow);

    public void Changed(Guid id) => _known.Forget(id);

    public async Task<Guid> OpenWeb(WriteUnit unit, AuditBy by, string name, WebSettings settings, CancellationToken ct) =>
        (await CreateChannel.Add(unit, by.Ws, name, settings, by, ct)).Id;

    public async Task AddUserKey(WriteUnit unit, AuditBy by, Guid channel, Secret secret, CancellationToken ct)
    {
        var id = unit.Ids.New();
        unit.Db.Table<UserKey>().Add(new UserKey { Ws = by.Ws, Id = id, ChannelId = channel, Algorithm = Web.Users.UserKeyAlgorithms.Hs256, Sealed = Web.Users.UserKeys.Seal(storage.Vault, by.Ws, id, secret), CreatedAt = unit.Ids.Now() });
        await Audit.Record(unit, by, "user_key.created", "channel", channel.ToString(), new { key = id, algorithm = Web.Users.UserKeyAlgorithms.Hs256 }, ct);
    }

    public async Task AddPush(WriteUnit unit, AuditBy by, Guid channel, string url, Secret secret, CancellationToken ct)
    {
        unit.Db.Table<Push.Storage.PushTarget>().Add(Push.Sending.PushDesk.Webhook(unit, by.Ws, channel, url, secret));
        await Audit.Record(unit, by, "app_push.changed", "channel", channel.ToString(), new { service = Push.Vendors.WebhookPush.Kind, enabled = true }, ct);
    }

    public async Task<Guid> Open(WriteUnit unit, AuditBy by, string kind, string name, IReadOnlyDictionary<string, string> settings, CancellationToken ct)
    {
        var known = kind == EmailKind.Name ? EmailSettings.Fields : Queqiao.Channels.ChannelCatalogue.Find(kind)!.Descriptor.Settings;
        var fields = known.Where(field => field.IsSecret).Select(field => field.Key).ToHashSet(StringComparer.Ordinal);
        var split = new SplitSettings(settings.Where(one => !fields.Contains(one.Key)).ToDictionary(), settings.Where(one => fields.Contains(one.Key)).ToDictionary());
        return (await CreateChannel.Add(unit, kind, name, split, by, ct)).Id;
    }

    private async Task<ChannelView?> Load(Guid id, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var channel = await db.Table<Channel>().AsNoTracking().SingleOrDefaultAsync(channel => channel.Id == id, ct);
        return channel is null ? null : ViewOf(channel);
    }

    private ChannelView? LoadNow(Guid id)
    {
        using var db = storage.ReadSystem();
        var channel = db.Table<Channel>().AsNoTracking().SingleOrDefault(channel => channel.Id == id);
        return channel is null ? null : ViewOf(channel);
    }

    private ChannelView ViewOf(Channel channel) => new(
        channel.Ws, channel.Id, channel.Kind, channel.Name, channel.Enabled && channel.DeletedAt is null, channel.Kind == ChannelKinds.Web ? StoredSettings.Web(channel.Settings) : null)
    {
        Account = channel.Kind == ChannelKinds.Web || channel.DeletedAt is not null ? null
            : new ChannelAccount(channel.Ws, channel.Id, channel.Kind, AdapterSettings.Of(storage.Vault, channel).Whole(), VersionOf(channel)),
    };

    /// <summary>
    /// Where an account has consented, what it granted says which tokens are of use: a refresh token that is good once must not be lost
    /// because another secret of the channel was changed.
    /// </summary>
    public string VersionOf(Channel channel)
    {
        if (channel.Secrets is not { } secrets)
            return "";
        var granted = ChannelCatalogue.Find(channel.Kind)?.Descriptor.Settings.Where(field => field is { Granted: true, IsSecret: true }).Select(field => AdapterSettings.Of(storage.Vault, channel).Secret.GetValueOrDefault(field.Key)).OfType<string>().ToList();
        return granted is { Count: > 0 } ? storage.Vault.Tag(channel.Ws, "channel consent", string.Join('\n', granted)).ToString("N") : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(secrets));
    }
}
