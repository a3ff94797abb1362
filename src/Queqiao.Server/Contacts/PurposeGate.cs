using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Contacts;

/// <summary>
/// Whatever uses a person's data for more than answering them passes here first, each time: campaigns, profiling, models of others,
/// transfers. It reads the ledger itself and keeps nothing, so a withdrawal counts from the next call on.
/// </summary>
internal sealed class PurposeGate(IConsents consents)
{
    /// <summary>Null: go on. Else why not.</summary>
    public async Task<Refusal?> Require(int ws, Guid contactId, string purpose, CancellationToken ct)
    {
        if (!Purposes.All.Contains(purpose))
            throw new ArgumentException($"There is no purpose {purpose}.", nameof(purpose));
        var state = await consents.StateOf(ws, contactId, ct);
        return Allows(state, purpose) ? null : Refusal.Forbidden("purpose_not_allowed", purpose);
    }

    /// <summary>The service needs no consent but ends with an objection; everything else begins with a yes.</summary>
    public static bool Allows(IReadOnlyDictionary<string, bool> state, string purpose) =>
        state.TryGetValue(purpose, out var given) ? given : purpose == Purposes.Service;
}
