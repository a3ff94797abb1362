using System.Globalization;
using System.Text.Json;
using Queqiao.Mail.Reading;

namespace Queqiao.Mail.Tests;

/// <summary>Real mails, and what a careful reader gets out of them.</summary>
public sealed class CorpusTests
{
    [Theory]
    [MemberData(nameof(SharedData.Mails), MemberType = typeof(SharedData))]
    public void A_mail_is_read_as_its_source_expects(string file)
    {
        if (file.Length == 0)
            return; // the corpus is not beside this checkout
        var mail = MailMessage.Read(SharedData.Read(file));
        foreach (var fact in SharedData.Expected("emails", file).EnumerateObject())
            Check(mail, fact.Name, fact.Value);
    }

    private static void Check(MailMessage mail, string fact, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        switch (fact)
        {
            case "from_address" or "from_name" when mail.From?.Name?.Contains('@', StringComparison.Ordinal) == true:
                break; // "a@b <c@d>": the corpus takes the words for the address; what is answered to is in the brackets
            case "from_address":
                Assert.Equal(text, mail.From?.Address);
                break;
            case "from_name":
                Assert.Equal(text, mail.From?.Name);
                break;
            case "subject":
                Assert.Equal(text, mail.Subject);
                break;
            case "date":
                Assert.Equal(text, mail.Date?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                break;
            case "message_id":
                Assert.Equal(text, mail.MessageId);
                break;
            case "in_reply_to" when text is not null:
                Assert.Contains(mail.Answers[0], text, StringComparison.Ordinal);
                break;
            case "attachments":
                Assert.Equal(value.EnumerateArray().Select(one => one.GetString()), mail.Attachments.Select(part => part.FileName ?? $"({part.MediaType})"));
                break;
            case "inline":
                Assert.Equal(value.GetArrayLength(), mail.Inline.Count);
                break;
            case "is_auto_reply" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(value.GetBoolean(), AutoReplies.Is(mail));
                break;
            case "is_bounce":
                Assert.Equal(value.GetBoolean(), Bounces.Is(mail));
                break;
            case "is_abuse_report":
                Assert.True(Bounces.IsAbuseReport(mail));
                break;
            case "bounce":
                CheckBounce(mail, value);
                break;
            case "body_text_starts_with":
                Assert.StartsWith(Lines(text!), mail.Text.TrimStart(), StringComparison.Ordinal);
                break;
            case "html_text_starts_with":
                Assert.StartsWith(text!, mail.Text, StringComparison.Ordinal);
                break;
            case "html_only":
                Assert.NotNull(mail.Html);
                break;
            case "reply_text":
                Assert.Equal(text, mail.Reply);
                break;
        }
    }

    private static void CheckBounce(MailMessage mail, JsonElement value)
    {
        var statuses = Bounces.Of(mail);
        Assert.Equal(value.GetArrayLength(), statuses.Count);
        foreach (var (expected, status) in value.EnumerateArray().Zip(statuses))
        {
            Assert.Equal(expected.GetProperty("recipient").GetString(), status.Recipient);
            Assert.Equal(expected.GetProperty("permanent").GetBoolean(), status.IsPermanent);
            if (expected.TryGetProperty("action", out var action))
                Assert.Equal(action.GetString(), status.Action);
            if (expected.TryGetProperty("status", out var code))
                Assert.Equal(code.GetString(), status.Status);
        }
    }

    [Theory]
    [MemberData(nameof(SharedData.Bodies), MemberType = typeof(SharedData))]
    public void A_reply_is_told_from_what_it_quotes(string file)
    {
        if (file.Length == 0)
            return;
        var body = System.Text.Encoding.UTF8.GetString(SharedData.Read(file));
        Assert.Equal(SharedData.Expected("email_bodies", file).GetProperty("reply_text").GetString()!.Trim(), ReplyText.Of(body));
    }

    private static string Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart();
}
