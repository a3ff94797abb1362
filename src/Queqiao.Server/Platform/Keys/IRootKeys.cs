namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// What stands above the workspaces' keys: wraps and unwraps them, and nothing else. The seam for a key management service
/// or a hardware module; built in are keys in a file or variable (<see cref="LocalRootKeys"/>). Asked at start, when a workspace
/// begins and when keys are rotated, never on the way of a message, so an answer may take a moment.
/// </summary>
internal interface IRootKeys
{
    /// <summary>The id of the root key that wraps from now on.</summary>
    string Current { get; }

    /// <summary>Whether what this root key wrapped can be unwrapped.</summary>
    bool Has(string rootId);

    /// <summary>Wraps with <see cref="Current"/>.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="context">Which key this is: another context does not unwrap it.</param>
    byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context);

    /// <exception cref="DamagedException">Changed, or not what the context says.</exception>
    byte[] Unwrap(string rootId, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context);
}

/// <summary>Sealed bytes that do not open: changed, moved to another place, or cut. Says where, never what.</summary>
internal sealed class DamagedException(string what, Exception? cause = null) : Exception($"Damaged: {what} does not open.", cause);

/// <summary>The key is gone for good: what it sealed was erased.</summary>
internal sealed class ErasedException(string what) : Exception($"Erased: the key of {what} was destroyed.");
