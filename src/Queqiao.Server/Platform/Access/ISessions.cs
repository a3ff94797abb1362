using System.Net;

namespace Queqiao.Server.Platform.Access;

/// <summary>
/// The session behind a request, as a feature of its context once <see cref="IActors.Of"/> has found it. Sockets keep it: they
/// outlive the request that opened them.
/// </summary>
/// <param name="TokenHash">What <see cref="SignedOut.TokenHash"/> names when the session ends.</param>
/// <param name="IsToken">An API token instead of a session.</param>
/// <param name="Rights">The stamp of what could be done then: with other rights one has to come in again. Null: not asked.</param>
/// <param name="From">The address it came from: roles may ask for one.</param>
internal sealed record SignedInBy(byte[] TokenHash, bool IsToken = false, string? Rights = null, IPAddress? From = null);

/// <summary>The session is good, but may not be used from this address.</summary>
internal sealed record AddressRefused;

/// <summary>For sockets: a session can end without a word on this node (idle, too old, signed out on another node).</summary>
internal interface ISessions
{
    /// <summary>Whether the session still stands. Cheap enough to be asked every few seconds for each socket.</summary>
    /// <param name="session">From the request that opened the socket.</param>
    /// <param name="active">Whether the person did something since the last time: only that keeps a session from going idle, heartbeats do not.</param>
    ValueTask<bool> Stands(SignedInBy session, bool active, CancellationToken ct);

    /// <summary>Whether somebody proved in this session, minutes ago at most, that it is them: by signing in or by giving the password again.</summary>
    /// <param name="session">Of the request.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="within">How long ago at most; null: five minutes.</param>
    ValueTask<bool> ProvenRecently(SignedInBy session, CancellationToken ct, TimeSpan? within = null);
}
