using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Channels.Push.Vendors;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Push.Sending;

/// <summary>The push services that this server knows, and which of them a channel uses. From memory nearly always: every answer to a customer asks.</summary>
internal sealed class PushDesk
{
    public const string Purpose = "push secrets";
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(15), 64 * 1024, MaxRedirects: 0);

    private readonly IStorageEngine _storage;
    private readonly GuardedHttp _http;
    private readonly TimeProvider _clock;
    private readonly IInsidePlatforms? _inside;
    private readonly FreshCache<int, Targets> _known;

    public PushDesk(IEnumerable<IPushService> services, IStorageEngine storage, GuardedHttp http, TimeProvider clock, CacheNews? news = null, IInsidePlatforms? inside = null)
    {
        (_storage, _http, _clock, _inside) = (storage, http, clock, inside);
        _known = new(clock, TimeSpan.FromSeconds(5), news, "app push");
        Services = services.ToDictionary(one => one.Name, StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, IPushService> Services { get; }

    /// <summary>Those of a workspace that are switched on.</summary>
    private sealed record Targets(IReadOnlyList<PushTarget> All);

    public async ValueTask<IReadOnlyList<PushTarget>> Of(int ws, CancellationToken ct) => (await _known.Get(ws, Load, ct))?.All ?? [];

    public void Changed(int ws) => _known.Forget(ws);

    /// <summary>A channel is taken away: its services, their secrets and the phones go with it.</summary>
    public async Task ChannelGone(WriteUnit unit, Guid channel, CancellationToken ct)
    {
        await unit.Db.Table<PushTarget>().Where(row => row.Ws == unit.Ws && row.ChannelId == channel).ExecuteDeleteAsync(ct);
        await unit.Db.Visible(Scope<PushDevice>.Workspace(unit.Ws)).Where(row => row.ChannelId == channel).ExecuteDeleteAsync(ct);
        unit.AfterCommit(() => Changed(unit.Ws));
    }

    /// <summary>A target as its service works with it.</summary>
    public PushAccount AccountOf(PushTarget target)
    {
        var values = AdapterSettings.Parse(target.Settings).Concat(Open(target, target.Secrets)).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
        var before = target.BeforeUntil > _clock.GetUtcNow().ToUnixTimeMilliseconds() ? Open(target, target.Before).GetValueOrDefault(WebhookPush.Secret) : null;
        var settings = new ChannelSettings(values);
        var version = target.Secrets is { } secrets ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(secrets))[..16] : "";
        return new PushAccount(target.Ws, target.Id, settings, version, before, WayOf(settings));
    }

    /// <summary>The firm's own server as a target, with texts; its secret is known already.</summary>
    public static PushTarget Webhook(WriteUnit unit, int ws, Guid channel, string url, Secret secret)
    {
        var id = unit.Ids.New();
        return new PushTarget
        {
            Ws = ws, Id = id, ChannelId = channel, Service = WebhookPush.Kind, Enabled = true, CreatedAt = unit.Ids.Now(),
            Settings = AdapterSettings.Text(new Dictionary<string, string> { [WebhookPush.Url] = url, [PushFields.Preview] = "true" }),
            Secrets = Seal(unit.Vault, ws, id, new Dictionary<string, string> { [WebhookPush.Secret] = secret.Reveal() }),
        };
    }

    public byte[]? Seal(int ws, Guid id, IReadOnlyDictionary<string, string> secrets) => Seal(_storage.Vault, ws, id, secrets);

    private static byte[]? Seal(Platform.Keys.Vault vault, int ws, Guid id, IReadOnlyDictionary<string, string> secrets) =>
        secrets.Count == 0 ? null : vault.Seal(ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(secrets, StrictJson.Options), id);

    public Dictionary<string, string> Open(PushTarget target, byte[]? box) =>
        box is null ? [] : AdapterSettings.Parse(System.Text.Encoding.UTF8.GetString(_storage.Vault.Open(target.Ws, Purpose, box, target.Id)));

    /// <summary>A played platform where the address is one; else the guarded way out.</summary>
    private IChannelHttp WayOf(ChannelSettings settings)
    {
        var address = settings.Has(WebhookPush.Url) ? settings[WebhookPush.Url] : settings[CommonFields.ApiBaseUrl];
        return _inside?.For(new ChannelSettings(new Dictionary<string, string> { [CommonFields.ApiBaseUrl] = address })) ?? new ChannelHttp(_http.Client(Limits));
    }

    private async Task<Targets?> Load(int ws, CancellationToken ct)
    {
        await using var db = _storage.Read(ws);
        return new Targets([.. (await db.Table<PushTarget>().AsNoTracking().Where(target => target.Ws == ws && target.Enabled).OrderBy(target => target.CreatedAt).ThenBy(target => target.Id).ToListAsync(ct))
            .Where(target => Services.ContainsKey(target.Service))]);
    }
}
