using Queqiao.Channels;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels.Push;

/// <summary>
/// A way to make somebody's phone ring: the firm's own server, or a vendor's service. Another vendor is one class and one line of
/// registration (docs/app-push.md). Keeps nothing of what it sends.
/// </summary>
internal interface IPushService
{
    /// <summary>Stored with channels and devices: never rename.</summary>
    string Name { get; }

    Words Title { get; }

    IReadOnlyList<SettingField> Settings { get; }

    /// <summary>Whether it is told once for each device of its vendor; else once, with all devices.</summary>
    bool PerDevice => true;

    /// <summary>What the schema cannot say about settings, by field.</summary>
    IEnumerable<(string Field, string Code)> Check(ChannelSettings settings) => [];

    /// <summary>One request. The same note may come again when nobody knows how the request ended.</summary>
    Task<SendOutcome> Send(PushNote note, PushAccount account, CancellationToken ct);

    /// <summary>Proves that the settings work; no phone rings.</summary>
    Task<SendOutcome> Probe(PushAccount account, CancellationToken ct);
}

/// <summary>What somebody is told. Printed without any of it.</summary>
/// <param name="Id">The same at every try.</param>
/// <param name="Seq">Of the newest message.</param>
/// <param name="Unread">Messages that they have not seen.</param>
/// <param name="Preview">The newest message in short; null: the channel's texts do not travel.</param>
internal sealed record PushNote(Guid Id, Guid ChannelId, Guid ConversationId, Guid ContactId, long Seq, int Unread, string Title, string? Preview)
{
    /// <summary>What the firm calls them, as it has signed; null: it never has.</summary>
    public string? UserId { get; init; }

    public IReadOnlyList<PushAddress> Devices { get; init; } = [];

    /// <summary>Notes of one conversation replace one another on the phone.</summary>
    public string CollapseKey => ConversationId.ToString("N");

    public override string ToString() => $"push {ConversationId}.{Seq}";
}

internal sealed record PushAddress(Guid Id, string Vendor, string Token)
{
    public override string ToString() => $"{Vendor} {Id}";
}

/// <summary>A service as it is set up for a channel: settings with secrets, and the guarded way out.</summary>
/// <param name="Before">The signing secret before this one, while it still counts.</param>
internal sealed record PushAccount(int Ws, Guid Id, ChannelSettings Settings, string Version, string? Before, IChannelHttp Http)
{
    public override string ToString() => $"push account {Id}";
}

/// <summary>Faults that every vendor has.</summary>
internal static class PushFaults
{
    /// <summary>The app was taken off the phone, or the token is of another app: nobody will ever get anything by it.</summary>
    public const string DeviceGone = "device_gone";

    public static SendOutcome Gone() => SendOutcome.Failed(ErrorClass.Permanent, DeviceGone, "设备已卸载应用或令牌失效", "The app was removed from the device, or its token is no longer valid");

    public static SendOutcome Away(string? detail = null, TimeSpan? after = null) =>
        new SendOutcome.NotSent(new Failure(ErrorClass.Retry, "push_away", new("推送服务没有响应，会自动重试", "The push service does not answer; it is tried again")) { Detail = detail }, after);

    public static SendOutcome Key() => SendOutcome.Failed(ErrorClass.Config, "push_key", "密钥无法读取：请粘贴服务商给出的完整内容", "The key cannot be read: paste all of what the vendor gave you");

    public static SendOutcome Denied(string code, string? detail) =>
        new SendOutcome.NotSent(new Failure(ErrorClass.Reauthorise, code, new("推送服务拒绝了凭据：请检查密钥与编号", "The push service refuses the credentials: check the key and the ids")) { Detail = detail });

    public static SendOutcome Refused(string code, string? detail) =>
        new SendOutcome.NotSent(new Failure(ErrorClass.Permanent, code, new("推送服务拒绝了这条通知", "The push service refused the notification")) { Detail = detail });
}
