using Queqiao.Server.Contacts.Merging;

namespace Queqiao.Server.Contacts.Recognising;

/// <summary>An identifier as evidence: whose, how sure, since when.</summary>
internal sealed record Evidence(Guid Id, string Kind, Guid Tag, Guid? ChannelId, bool Verified, long ProvedAt);

/// <summary>Somebody who may be the same person.</summary>
internal sealed record Candidate(Guid Root, IReadOnlyList<Evidence> Evidence);

/// <param name="Root">Whom they are.</param>
/// <param name="Key">The identifier that proved it, of <paramref name="Root"/>'s.</param>
/// <param name="Mine">The same one of the contact that was recognised.</param>
internal sealed record Proof(Guid Root, Evidence Key, Evidence Mine);

/// <summary>
/// When two contacts are one without anybody being asked (docs/decisions/0090). Only keys that are verified on both sides count, the
/// surest first; whatever speaks against it leaves it to a person. Pure.
/// </summary>
internal static class Recognition
{
    /// <summary>Numbers are given to somebody new after some months: both proofs must be from one season.</summary>
    public static readonly TimeSpan PhoneSeason = TimeSpan.FromDays(90);

    /// <summary>Belong to one person wherever they are seen, and a person has one of each.</summary>
    private static readonly string[] OneEach = [IdentityKinds.Account, "wechat_unionid", "feishu_union_id", "qq_unionid", "aad"];

    /// <summary>How sure a kind is, 0 the surest; null: proves nothing.</summary>
    public static int? Rank(string kind) => kind switch
    {
        IdentityKinds.Account => 0,
        _ when OneEach.Contains(kind) => 1,
        _ when kind.EndsWith("_openid", StringComparison.Ordinal) || kind.EndsWith("_id", StringComparison.Ordinal) => 2,
        IdentityKinds.Email => 3,
        IdentityKinds.Phone => 4,
        _ => null, // the firm's own words, and user ids, which mean somebody else on another site
    };

    /// <summary>The surest of the candidates; null: nobody, or nobody for certain.</summary>
    public static Proof? Find(IReadOnlyList<Evidence> mine, IReadOnlyList<Candidate> candidates) => candidates
        .Select(one => Prove(mine, one, candidates)).OfType<Proof>()
        .OrderBy(proof => Rank(proof.Key.Kind)).ThenBy(proof => proof.Root).FirstOrDefault();

    private static Proof? Prove(IReadOnlyList<Evidence> mine, Candidate other, IReadOnlyList<Candidate> all)
    {
        if (Contradicts(mine, other.Evidence))
            return null;
        return mine.Where(own => own.Verified && Rank(own.Kind) is not null)
            .SelectMany(own => other.Evidence.Where(their => their.Verified && their.Tag == own.Tag && their.Kind == own.Kind).Select(their => new Proof(other.Root, their, own)))
            .Where(proof => Holds(proof, all)).OrderBy(proof => Rank(proof.Key.Kind)).FirstOrDefault();
    }

    private static bool Holds(Proof proof, IReadOnlyList<Candidate> all) => proof.Key.Kind switch
    {
        // A phone or an address may be shared: then it is nobody's proof.
        IdentityKinds.Phone => IsOnlyTheirs(proof, all) && Math.Abs(proof.Key.ProvedAt - proof.Mine.ProvedAt) <= PhoneSeason.TotalMilliseconds,
        IdentityKinds.Email => IsOnlyTheirs(proof, all),
        _ => true,
    };

    private static bool IsOnlyTheirs(Proof proof, IReadOnlyList<Candidate> all) => all.Count(one => one.Evidence.Any(row => row.Tag == proof.Key.Tag)) == 1;

    /// <summary>A site, or a platform, says that they are two people.</summary>
    public static bool Contradicts(IReadOnlyList<Evidence> one, IReadOnlyList<Evidence> other) =>
        MergeTree.Differ(Users(one), Users(other)) || OneEach.Any(kind => Differ(Of(one, kind), Of(other, kind)));

    private static List<(Guid?, Guid)> Users(IReadOnlyList<Evidence> rows) => [.. rows.Where(row => row is { Kind: IdentityKinds.User, Verified: true }).Select(row => (row.ChannelId, row.Tag))];

    private static List<Guid> Of(IReadOnlyList<Evidence> rows, string kind) => [.. rows.Where(row => row.Verified && row.Kind == kind).Select(row => row.Tag)];

    private static bool Differ(List<Guid> one, List<Guid> other) => one.Count > 0 && other.Count > 0 && !one.Intersect(other).Any();
}
