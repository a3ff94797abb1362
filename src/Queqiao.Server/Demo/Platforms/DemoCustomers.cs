using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Queqiao.Server.Channels;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;
using Queqiao.Simulators;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>Invented customers on played platforms: they ask when the demo starts, and answer when somebody answers them.</summary>
internal sealed class DemoCustomers(PlayedPlatforms platforms, IChannels channels, IStorageEngine storage, IServer server, PublicUrl url, TimeProvider clock, ILogger<DemoCustomers> log) : IHostedLifecycleService, IDisposable
{
    private static readonly (string Kind, string Name, string Customer, string? Asks, string? Thanks)[] Cast =
    [
        ("wechat-official", "微信公众号（演示）", "小雨", "你好，我在你们商城买的外套什么时候发货？", "好的，谢谢！"),
        ("whatsapp", "WhatsApp (demo)", "Emma Clarke", "Hi! Does the kettle work with 110 V as well?", "Great, thank you!"),
        ("telegram", "Telegram (demo)", "Max Weber", "Hello, can I change the size of my order?", "Perfect, thanks."),
        (Sms, "短信（演示）", SmsCustomer, null, null),
    ];

    /// <summary>By this channel the bot sends one-time codes.</summary>
    public const string Sms = "twilio-sms";

    /// <summary>Whose telephone is at hand: <c>/demo/phone</c> shows what it gets.</summary>
    public const string SmsCustomer = "小雨";

    private readonly ConcurrentDictionary<string, Guid> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _thanked = new(StringComparer.Ordinal);
    private readonly HttpMessageInvoker _self = new(new SocketsHttpHandler { UseProxy = false });

    public IReadOnlyCollection<string> Kinds => [.. Cast.Select(one => one.Kind).Where(_channels.ContainsKey)];

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var one in Cast)
        {
            var platform = platforms.Find(one.Kind)!;
            var (channel, isNew) = await ChannelOf(one.Kind, one.Name, cancellationToken);
            _channels[one.Kind] = channel;
            platform.Person(one.Customer).LastWrote = clock.GetUtcNow(); // else a restart would close their window
            if (one.Thanks is { } thanks)
                platform.Received += (_, message) => _ = Thank(platform, message, thanks);
            if (isNew && one.Asks is { } asks)
                await Ask(one.Kind, one.Customer, asks, cancellationToken);
        }
    }

    private async Task Ask(string kind, string customer, string asks, CancellationToken ct)
    {
        try
        {
            await Say(kind, customer, asks, ct);
        }
        catch (HttpRequestException trouble)
        {
            // A server that cannot reach itself serves all the same; one can still write by /demo/phone.
            log.LogDebug("A customer of the demo could not ask ({Trouble})", trouble.GetType().Name);
        }
    }

    /// <summary>Writes as a customer; false: there is no such channel.</summary>
    public async Task<bool> Say(string kind, string customer, string text, CancellationToken ct)
    {
        if (!_channels.ContainsKey(kind) || platforms.Find(kind) is not { } platform)
            return false;
        await Deliver(kind, platform.Says(platform.Person(customer), text), ct);
        return true;
    }

    /// <summary>The channel of text messages, opened when there is none.</summary>
    public async Task<Guid> SmsChannel(CancellationToken ct) => (await ChannelOf(Sms, Cast.Single(one => one.Kind == Sms).Name, ct)).Channel;

    private async Task<(Guid Channel, bool IsNew)> ChannelOf(string kind, string name, CancellationToken ct)
    {
        var marker = "demo.channel." + kind;
        if (Guid.TryParse(await Audit.LastObjectOf(storage, DemoSeeder.Ws, marker, ct), out var known))
            return (known, false);
        return (await storage.Run(DemoSeeder.Ws, async (unit, stop) =>
        {
            var id = await channels.Open(unit, AuditBy.System(DemoSeeder.Ws), kind, name, platforms.SettingsOf(kind), stop);
            await Audit.Record(unit, AuditBy.System(DemoSeeder.Ws), marker, "channel", id.ToString(), null, stop);
            return id;
        }, ct), true);
    }

    /// <summary>They read what they got, and thank for the first answer.</summary>
    private async Task Thank(Simulator platform, SimMessage message, string thanks)
    {
        try
        {
            foreach (var what in Enum.GetValues<SimReceipt>())
            {
                await Task.Delay(TimeSpan.FromSeconds(2), clock);
                if (platform.Receipt(message, what) is { } receipt)
                    await Deliver(platform.Kind, receipt, CancellationToken.None);
            }
            if (_thanked.TryAdd(platform.Kind + message.To.Id, true))
                await Deliver(platform.Kind, platform.Says(message.To, thanks), CancellationToken.None);
        }
        catch (Exception trouble) when (trouble is HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            log.LogDebug("A customer of the demo could not answer ({Trouble})", trouble.GetType().Name);
        }
    }

    private async Task Deliver(string kind, SimHook hook, CancellationToken ct)
    {
        var address = $"{url.For(server)}/hooks/{_channels[kind]}" + (hook.Query.Length > 0 ? "?" + hook.Query : "");
        using var request = new HttpRequestMessage(new HttpMethod(hook.Method), address);
        if (hook.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(hook.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", hook.ContentType);
        }
        foreach (var (name, value) in hook.Headers.Concat(hook.SignAddress?.Invoke(address) ?? new Dictionary<string, string>()))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _self.SendAsync(request, ct);
        if (!response.IsSuccessStatusCode)
            log.LogWarning("The demo's {Kind} was answered {Status}", kind, (int)response.StatusCode);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _self.Dispose();
}
