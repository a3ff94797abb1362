namespace Queqiao.Server.Bot.Configuring;

/// <summary>By what one-time codes are sent to whoever has to show who they are.</summary>
/// <param name="SmsChannelId">A channel of text messages; null: none by telephone.</param>
/// <param name="SmsTemplate">The provider's template with the place <c>code</c>; empty: a text in words.</param>
/// <param name="MailChannelId">A mailbox; null: none by e-mail.</param>
internal sealed record CodeSettings(Guid? SmsChannelId = null, string SmsTemplate = "", Guid? MailChannelId = null)
{
    public const int MostTemplate = 100;

    public Guid? ChannelFor(string address) => address.Contains('@', StringComparison.Ordinal) ? MailChannelId : SmsChannelId;
}
