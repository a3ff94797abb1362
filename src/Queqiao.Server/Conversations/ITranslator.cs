namespace Queqiao.Server.Conversations;

/// <summary>Says in another language what somebody wrote. The seam: another service is another one of these.</summary>
internal interface ITranslator
{
    /// <summary>What translates for a workspace, as it is shown beside the words; null: nothing is set up.</summary>
    ValueTask<string?> Name(int ws, CancellationToken ct);

    /// <summary>Null: no translation came, or none that can be believed.</summary>
    Task<string?> Translate(int ws, Wording what, CancellationToken ct);
}

/// <param name="From">A language tag: <c>en</c>, <c>zh-Hans</c>; <c>und</c>: it is not known.</param>
/// <param name="To">Likewise.</param>
internal sealed record Wording(string Text, string From, string To)
{
    public override string ToString() => $"wording {From} {To}";
}
