using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Conversations.Transcripts;

/// <summary>What was said, for keeping: what the customer can see and nothing else, so it may leave the house.</summary>
internal sealed class Transcript(ConversationReader reader, IChannelFacts channels)
{
    private const int Page = 200;

    /// <summary>Longer conversations end here; a note says so.</summary>
    private const int Most = 5000;

    public static readonly IReadOnlyList<string> Formats = ["text", "html", "json"];

    public async Task<IReadOnlyList<LogEntry>> Entries(ConversationHead head, TranscriptStyle style, CancellationToken ct)
    {
        var all = new List<LogEntry>();
        for (var after = 0L; all.Count < Most;)
        {
            var page = await reader.Page(head, new PageOf(Page, After: after, OnlyPublic: true), ct);
            all.AddRange(page.Entries);
            if (!page.More)
                break;
            after = all[^1].Seq;
        }
        return style.Fields.IsClear ? all : all.ConvertAll(entry => entry.For(style.Fields));
    }

    public async Task<string> Text(ConversationHead head, TranscriptStyle style, CancellationToken ct)
    {
        var text = new StringBuilder();
        text.Append(await Title(head, style.Locale)).Append("\n\n");
        foreach (var line in Lines(head, await Entries(head, style, ct), style))
            text.Append('[').Append(line.At).Append("] ").Append(line.Who.Length == 0 ? "— " : line.Who + ": ").Append(line.Text).Append('\n');
        return text.ToString();
    }

    public async Task<string> Html(ConversationHead head, TranscriptStyle style, CancellationToken ct)
    {
        var title = HtmlEncoder.Default.Encode(await Title(head, style.Locale));
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"{style.Locale.Tag}\"><meta charset=\"utf-8\"><title>{title}</title>\n");
        html.Append("<style>body{font:15px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1c2024}h1{font-size:1.2rem}p{margin:.6rem 0;white-space:pre-wrap;overflow-wrap:anywhere}small{color:#60646c}.line{color:#60646c;font-size:.9em}</style>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{title}</h1>\n");
        foreach (var line in Lines(head, await Entries(head, style, ct), style))
        {
            var words = HtmlEncoder.Default.Encode(line.Text).Replace("&#xA;", "\n", StringComparison.Ordinal);
            html.Append(line.Who.Length == 0
                ? $"<p class=\"line\">{line.At} · {words}</p>\n"
                : $"<p><small>{line.At}</small> <strong>{HtmlEncoder.Default.Encode(line.Who)}</strong><br>{words}</p>\n");
        }
        return html.Append("</html>\n").ToString();
    }

    private async Task<string> Title(ConversationHead head, Locale locale) =>
        Messages.Text(locale, "transcript_title", (await channels.Of(head.Ws, head.ChannelId)).Name, DayOf(head.CreatedAt));

    private static string DayOf(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static IEnumerable<(string At, string Who, string Text)> Lines(ConversationHead head, IReadOnlyList<LogEntry> entries, TranscriptStyle style)
    {
        foreach (var entry in entries)
        {
            if (entry.PublicPrev is null)
                throw new InvalidOperationException("Only what the customer can see goes into a transcript.");
            var at = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(entry.At), style.Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            switch (entry.Body)
            {
                case MessagePosted message:
                    yield return (at, Who(head, entry, message, style.Locale), Words(message, style.Locale));
                    break;
                case StatusChanged { To: ConversationStatus.Resolved } when style.WithEvents:
                    yield return (at, "", Messages.Text(style.Locale, "transcript_resolved"));
                    break;
                case AssigneeChanged { To: { } to } when style.WithEvents:
                    yield return (at, "", Messages.Text(style.Locale, "transcript_joined", to.Name));
                    break;
                case Rated rated when style.WithEvents:
                    yield return (at, "", Messages.Text(style.Locale, "transcript_rated", rated.Score));
                    break;
            }
        }
        if (entries.Count >= Most)
            yield return ("", "", Messages.Text(style.Locale, "transcript_cut", Most));
    }

    private static string Who(ConversationHead head, LogEntry entry, MessagePosted message, Locale locale) => message.Direction == Direction.In
        ? head.ContactName ?? Messages.Text(locale, "transcript_customer")
        : entry.Sender.Name ?? Messages.Text(locale, "transcript_service");

    private static string Words(MessagePosted message, Locale locale)
    {
        if (message.Revision is { Recalled: true })
            return Messages.Text(locale, "transcript_recalled");
        var files = (message.Attachments ?? []).Select(file => $"[{file.Name}]");
        return string.Join("\n", files.Prepend(message.Text).Where(part => part.Length > 0));
    }
}

/// <summary>How a transcript is written.</summary>
/// <param name="WithEvents">Who joined, that it was resolved, the rating.</param>
internal sealed record TranscriptStyle(Locale Locale, TimeZoneInfo Zone, bool WithEvents)
{
    /// <summary>How people's data shows to the reader.</summary>
    public FieldPolicy Fields { get; init; } = FieldPolicy.Clear;
}
