namespace Queqiao.Channels;

/// <summary>What to do about an error.</summary>
public enum ErrorClass
{
    /// <summary>Try again, later.</summary>
    Retry,

    /// <summary>The credentials no longer work, not even fresh ones.</summary>
    Reauthorise,

    /// <summary>The platform lets nobody write now: use a template or another channel.</summary>
    Window,

    /// <summary>This message or recipient will never work.</summary>
    Permanent,

    /// <summary>An administrator has to change something.</summary>
    Config,
}

/// <param name="Code">The provider's code, or ours.</param>
public sealed record Failure(ErrorClass Class, string Code, Words Reason)
{
    /// <summary>The provider's own text, without our secrets.</summary>
    public string? Detail { get; init; }

    public override string ToString() => $"{Class} {Code}: {Reason.En}";
}

public abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    /// <param name="ExternalId">By which receipts name it; null when the platform gives none.</param>
    public sealed record Sent(string? ExternalId) : SendOutcome;

    public sealed record NotSent(Failure Failure, TimeSpan? After = null) : SendOutcome;

    public static SendOutcome Failed(ErrorClass what, string code, string zh, string en) => new NotSent(new Failure(what, code, new Words(zh, en)));

    public static readonly SendOutcome Done = new Sent(null);

    public static SendOutcome CannotDo(string what) => Failed(ErrorClass.Permanent, "unsupported", $"平台不支持：{what}", $"The platform cannot do this: {what}");
}

/// <summary>A page of what was pulled. Failed: the cursor is the old one.</summary>
public sealed record Pulled(IReadOnlyList<InboundEvent> Events, string? Cursor, bool HasMore, SendOutcome.NotSent? Failed = null);

public abstract record MediaOutcome
{
    private MediaOutcome()
    {
    }

    public sealed record Found(Stream Content, string? Mime, string? FileName, long? Size) : MediaOutcome, IDisposable
    {
        public void Dispose() => Content.Dispose();
    }

    public sealed record NotFound(Failure Failure, TimeSpan? After = null) : MediaOutcome;
}

public abstract record ProfileOutcome
{
    private ProfileOutcome()
    {
    }

    public sealed record Known(Person Person) : ProfileOutcome;

    public sealed record Unknown(Failure Failure) : ProfileOutcome;
}

public sealed record SocketOpening(Uri? Url, Failure? Failure = null);

/// <summary>What has to be remembered of a connection, to be handed in again.</summary>
public sealed record SocketState(string? Session = null, long? Sequence = null, string? ResumeUrl = null, TimeSpan? Beat = null);

/// <summary>Send the frames; store the events before the state. Ends: close and open again.</summary>
public sealed record SocketStep(SocketState State, IReadOnlyList<InboundEvent> Events, IReadOnlyList<string> Send, bool Ends = false, Failure? Failure = null);
