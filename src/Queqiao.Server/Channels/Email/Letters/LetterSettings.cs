using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Wire;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Channels.Email.Letters;

/// <summary>How the server writes to colleagues: by a mailbox that is a channel already, or by an outgoing server of its own.</summary>
/// <param name="ChannelId">Null: by the server that is named here.</param>
/// <param name="Kinds">Groups of <see cref="LetterGroups"/> that are sent.</param>
/// <param name="BaseUrl">Where the console is found, for links in letters that no request causes.</param>
internal sealed record LetterSettings(
    bool IsOn, Guid? ChannelId = null, string? Host = null, int Port = 465, string Security = "tls", string? User = null, string? From = null, string? FromName = null, IReadOnlyList<string>? Kinds = null, string? BaseUrl = null)
{
    public static readonly string[] Securities = ["tls", "starttls", "none"];

    private static readonly JsonSerializerOptions Stored = new(StrictJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, RespectRequiredConstructorParameters = false };

    public string Json() => JsonSerializer.Serialize(this, Stored);

    public static LetterSettings Of(string json) => JsonSerializer.Deserialize<LetterSettings>(json, Stored)!;

    public bool Sends(string kind) => IsOn && (Kinds is null || Kinds.Contains(LetterGroups.Of(kind)));

    /// <summary>The server, when it is named here.</summary>
    public Outgoing? Own(string? password) => Host is not { Length: > 0 } || From is not { Length: > 0 } ? null : new Outgoing(
        new MailServer(Host, Port, Security switch { "starttls" => MailSecurity.StartTls, "none" => MailSecurity.None, _ => MailSecurity.Tls }) { Patience = TimeSpan.FromSeconds(30) },
        string.IsNullOrEmpty(password) ? null : new MailCredentials(string.IsNullOrEmpty(User) ? From : User, password), new MailAddress(From, FromName));
}

/// <summary>An outgoing server and in whose name it is used.</summary>
internal sealed record Outgoing(MailServer Server, MailCredentials? Login, MailAddress From)
{
    /// <summary>The channel whose mailbox it is; null: a server of its own.</summary>
    public Kinds.ChannelAccount? Account { get; init; }
}

/// <summary>What an administrator turns on and off together.</summary>
internal static class LetterGroups
{
    public static readonly string[] All = ["access", "approvals", "devices", "knowledge"];

    public static string Of(string kind) => kind.Split('.')[0] switch { "approval" => "approvals", "device" => "devices", "knowledge" => "knowledge", _ => "access" };
}
