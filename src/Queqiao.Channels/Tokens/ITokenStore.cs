namespace Queqiao.Channels.Tokens;

/// <summary>Access to a provider for a while. Prints nothing of itself.</summary>
/// <param name="Refresh">With which the next one is fetched, where the provider works so. It may be good for one use only: keep it with the new token, in one step.</param>
public sealed record AccessToken(string Value, DateTimeOffset ExpiresAt, string? Refresh = null)
{
    /// <summary>The platform does not say when it ends.</summary>
    public static readonly DateTimeOffset Unknown = DateTimeOffset.MaxValue;

    private static readonly TimeSpan Early = TimeSpan.FromMinutes(2);

    /// <summary>From then on another one is fetched, although this one is still good: some can be renewed only before they end.</summary>
    public DateTimeOffset? RenewAt { get; init; }

    /// <summary>When the consent itself ends, as the platform says (of <see cref="Refresh"/>, or of a token that is the consent).</summary>
    public DateTimeOffset? ConsentUntil { get; init; }

    /// <summary>Ends a little early, since the provider's clock is not ours.</summary>
    public bool IsFresh(DateTimeOffset now) => ExpiresAt - Early > now && !(RenewAt <= now);

    public override string ToString() => "access token";
}

public abstract record TokenOutcome
{
    private TokenOutcome()
    {
    }

    public sealed record Granted(AccessToken Token) : TokenOutcome
    {
        public override string ToString() => "granted";
    }

    public sealed record Denied(Failure Failure, TimeSpan? After = null) : TokenOutcome;
}

/// <summary>
/// Keeps tokens for all adapters and nodes. Promises one fetch at a time per key: whoever comes meanwhile waits for it and
/// gets its result. Several providers void the old token when a new one is made, so two fetches would fight.
/// </summary>
public interface ITokenStore
{
    /// <param name="fetch">Gets what was kept before (expired perhaps), or null.</param>
    Task<TokenOutcome> Get(string key, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, CancellationToken ct);

    /// <summary>The provider no longer takes this one. Does nothing when another has taken its place.</summary>
    Task Forget(string key, string value, CancellationToken ct);
}
