namespace Queqiao.Server.Conversations;

/// <summary>
/// One message to an address, outside of any conversation: one-time codes. Nothing of it is stored. The Channels module answers; whoever
/// calls it limits how often an address is written to.
/// </summary>
internal interface IDirectMessages
{
    /// <summary>Null: the provider took it. Else why not (a code of the provider's table, or one of ours).</summary>
    Task<string?> Send(int ws, Guid channelId, DirectMessage message, CancellationToken ct);
}

/// <param name="To">A phone number with its country, or an e-mail address.</param>
/// <param name="Key">The same at every try.</param>
internal sealed record DirectMessage(string To, string Text, string Key)
{
    /// <summary>For mails.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The provider's template, where it takes nothing else; and the value for its place <c>code</c>.</summary>
    public string? Template { get; init; }

    public string? TemplateValue { get; init; }

    public string Language { get; init; } = "zh";

    public override string ToString() => "direct message";
}
