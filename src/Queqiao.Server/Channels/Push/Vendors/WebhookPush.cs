using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Channels;
using Queqiao.Server.Platform.Clock;

namespace Queqiao.Server.Channels.Push.Vendors;

/// <summary>The firm's own server is told, and makes the phone ring by whatever it uses: one signed POST (docs/app-push.md).</summary>
internal sealed class WebhookPush(Ids ids) : IPushService
{
    public const string Kind = "webhook";
    public const string Url = "url";

    /// <summary>Made by us, shown once.</summary>
    public const string Secret = "signingSecret";

    public const string EventHeader = "Queqiao-Event";
    public const string IdHeader = "Queqiao-Delivery";
    public const string TimestampHeader = "Queqiao-Timestamp";
    public const string SignatureHeader = "Queqiao-Signature";

    private static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Name => Kind;

    public Words Title { get; } = new("您的服务器（签名 Webhook）", "Your own server (signed webhook)");

    public bool PerDevice => false;

    public IReadOnlyList<SettingField> Settings { get; } = [new(Url, new("接收地址", "Address"), SettingType.Url) { Required = true, Help = new("以 https:// 开头；每次通知是一个签名的 POST 请求。", "Begins with https://; each notification is one signed POST.") }];

    internal sealed record Body(string Event, Guid Id, DateTimeOffset At)
    {
        public Guid? ChannelId { get; init; }
        public Guid? ConversationId { get; init; }
        public Contact? Contact { get; init; }
        public long? Seq { get; init; }
        public int? Unread { get; init; }
        public string? Title { get; init; }
        public string? Preview { get; init; }
        public string? CollapseKey { get; init; }
        public IReadOnlyList<Device>? Devices { get; init; }
    }

    internal sealed record Contact(Guid Id, string? UserId);

    internal sealed record Device(string Vendor, string Token);

    public Task<SendOutcome> Send(PushNote note, PushAccount account, CancellationToken ct) => Post(account, new Body("message.unread", note.Id, Now)
    {
        ChannelId = note.ChannelId, ConversationId = note.ConversationId, Contact = new(note.ContactId, note.UserId), Seq = note.Seq, Unread = note.Unread,
        Title = note.Title, Preview = note.Preview, CollapseKey = note.CollapseKey, Devices = [.. note.Devices.Select(one => new Device(one.Vendor, one.Token))],
    }, ct);

    public Task<SendOutcome> Probe(PushAccount account, CancellationToken ct) => Post(account, new Body("ping", ids.New(), Now), ct);

    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(ids.Now());

    private async Task<SendOutcome> Post(PushAccount account, Body what, CancellationToken ct)
    {
        if (!Uri.TryCreate(account.Settings[Url], UriKind.Absolute, out var address))
            return PushFaults.Key();
        var body = JsonSerializer.SerializeToUtf8Bytes(what, Writing);
        var timestamp = (ids.Now() / 1000).ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = PushCall.Json(body) };
        request.Headers.Add(EventHeader, what.Event);
        request.Headers.Add(IdHeader, what.Id.ToString());
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, string.Join(',', Secrets(account).Select(secret => "v1=" + Sign(secret, timestamp, body))));
        var (answer, failed) = await PushCall.Make(request, account.Http, ct);
        if (answer is null)
            return failed!;
        var status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        return answer switch
        {
            { IsOk: true } => SendOutcome.Done,
            { IsBusy: true } => PushFaults.Away(status, answer.RetryAfter),
            { Status: System.Net.HttpStatusCode.Gone } => PushFaults.Refused("push_gone", status),
            { Status: System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden } => PushFaults.Denied("push_denied", status),
            _ => PushFaults.Refused("push_refused", status),
        };
    }

    private static IEnumerable<string> Secrets(PushAccount account) => account.Before is { } before ? [account.Settings[Secret], before] : [account.Settings[Secret]];

    /// <summary>Lower hex of HMAC-SHA256 over <c>timestamp.body</c>.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.ASCII.GetBytes(timestamp + "."));
        mac.AppendData(body);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }
}
