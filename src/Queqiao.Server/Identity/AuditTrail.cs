using Queqiao.Server.Identity.Auditing;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>One workspace's audit trail after a verification.</summary>
/// <param name="Ws">0: strangers who tried to sign in.</param>
/// <param name="Bad">What is wrong with the first bad row; null: nothing.</param>
internal sealed record TrailState(int Ws, long Rows, long First, long Head, string Hash, int Waiting, string? Bad, long? BadNo, Guid? BadId);

/// <summary>For the command line: verifies the trail of a store that a server may be using.</summary>
internal static class AuditTrail
{
    public static string DefaultAnchors(StorageOptions storage) => Anchors.Default(storage);

    /// <param name="storage">Need not have been started: it is only read.</param>
    /// <param name="anchorFile">Null: without.</param>
    public static async Task<IReadOnlyList<TrailState>> Verify(IStorageEngine storage, string? anchorFile, CancellationToken ct) =>
        [.. (await AuditVerification.All(storage, anchorFile is null ? [] : Anchors.Read(anchorFile), ct)).Select(verdict => new TrailState(
            verdict.Ws, verdict.Rows, verdict.First, verdict.Head, Convert.ToHexStringLower(verdict.Hash ?? []), verdict.Waiting, verdict.Bad?.Code, verdict.Bad?.No, verdict.Bad?.Id))];
}
