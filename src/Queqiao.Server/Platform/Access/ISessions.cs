namespace Queqiao.Server.Platform.Access;

/// <summary>
/// The session behind a request, as a feature of its context once <see cref="IActors.Of"/> has found it. Sockets keep it: they
/// outlive the request that opened them.
/// </summary>
/// <param name="TokenHash">What <see cref="SignedOut.TokenHash"/> names when the session ends.</param>
/// <param name="IsToken">An API token instead of a session.</param>
/// <param name="Role">As it was then: with another role one has to come in again. Null: not asked.</param>
internal sealed record SignedInBy(byte[] TokenHash, bool IsToken = false, string? Role = null);

/// <summary>For sockets: a session can end without a word on this node (idle, too old, signed out on another node).</summary>
internal interface ISessions
{
    /// <summary>Whether the session still stands. Cheap enough to be asked every few seconds for each socket.</summary>
    /// <param name="session">From the request that opened the socket.</param>
    /// <param name="active">Whether the person did something since the last time: only that keeps a session from going idle, heartbeats do not.</param>
    ValueTask<bool> Stands(SignedInBy session, bool active, CancellationToken ct);

    /// <summary>Whether somebody proved in this session, minutes ago at most, that it is them: by signing in or by giving the password again.</summary>
    ValueTask<bool> ProvenRecently(SignedInBy session, CancellationToken ct);
}
