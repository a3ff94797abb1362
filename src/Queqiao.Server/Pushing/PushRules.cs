using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Pushing;

/// <summary>What may be called for; names on the wire.</summary>
internal static class PushEvents
{
    public const string Assigned = "assigned";
    public const string Message = "message";
    public const string Mention = "mention";
    public const string Waiting = "waiting";
    public const string Test = "test";
}

/// <summary>How much a push may say: it shows on locked screens.</summary>
internal static class PushContent
{
    /// <summary>That something happened.</summary>
    public const string Minimal = "minimal";

    /// <summary>And with whom.</summary>
    public const string Name = "name";

    /// <summary>And what was said.</summary>
    public const string Text = "text";

    public static readonly IReadOnlyList<string> All = [Minimal, Name, Text];
}

/// <summary>What an agent is called for away from the console. Quiet hours are those of all notifications.</summary>
internal sealed record PushRules(bool Assigned = true, bool Message = true, bool Mention = true, bool Waiting = false)
{
    public static readonly PushRules Usual = new();

    public bool Wants(string what) => what switch
    {
        PushEvents.Assigned => Assigned,
        PushEvents.Message => Message,
        PushEvents.Mention => Mention,
        PushEvents.Waiting => Waiting,
        _ => true,
    };

    public static PushRules Read(string? stored) => stored is null ? Usual : JsonSerializer.Deserialize<PushRules>(stored, TolerantJson.Options)!;

    public string Write() => JsonSerializer.Serialize(this, StrictJson.Options);
}

/// <summary>Where a browser takes pushes, and with which keys.</summary>
internal sealed record PushAddress(string Endpoint, byte[] PublicKey, byte[] Auth)
{
    public override string ToString() => "push address";
}
