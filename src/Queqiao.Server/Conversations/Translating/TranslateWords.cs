using System.Text.RegularExpressions;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Text.Languages;

namespace Queqiao.Server.Conversations.Translating;

/// <summary>
/// <c>POST /api/v1/conversations/{id}/translations</c>: a message in the reader's language, or a draft in the customer's. Only where the
/// workspace has switched it on. Nothing is stored: what was said stays what was said.
/// </summary>
internal static partial class TranslateWords
{
    private const int MostText = 4000;

    /// <summary>The customer's newest messages by which their language is told.</summary>
    private const int Told = 8;

    /// <param name="Seq">Of the message to translate; else <paramref name="Text"/> is a draft.</param>
    /// <param name="To">A language tag; null: a message into the reader's, a draft into the customer's.</param>
    public sealed record Request(long? Seq = null, string? Text = null, string? To = null);

    /// <param name="By">What translated. People are told that it was a machine.</param>
    public sealed record Answer(string Text, string From, string To, string By);

    internal sealed record Services(ConversationReader Reader, SettingsBoard Settings, ITranslator? Translator = null);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, [AsParameters] Services with, CancellationToken ct)
    {
        if (await with.Reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        if (!with.Settings.Of(actor.Ws).Translation || with.Translator is not { } translator || await translator.Name(actor.Ws, ct) is not { } by)
            return Refusal.Conflict("translation_off").ToProblem();
        if (request.To is { } wanted && !LanguageTag().IsMatch(wanted))
            return Refusal.Invalid("to", "translation_language").ToProblem();
        var (text, refusal) = await TextOf(request, head, actor, with.Reader, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var from = LanguageGuess.Of(text!);
        var to = request.To ?? (request.Seq is null ? await LanguageOf(head, with.Reader, ct) : actor.Locale == "en" ? "en" : "zh-Hans");
        if (to == "und")
            return Refusal.Conflict("translation_unknown").ToProblem();
        if (IsSame(from, to))
            return Refusal.Conflict("translation_same").ToProblem();
        return await translator.Translate(actor.Ws, new Wording(text!, from, to), ct) is { } translated
            ? TypedResults.Ok(new Answer(translated, from, to, by)) : Refusal.Unavailable("translation_failed").ToProblem();
    }

    private static async Task<(string? Text, Refusal? Refusal)> TextOf(Request request, ConversationHead head, Actor actor, ConversationReader reader, CancellationToken ct)
    {
        if (request.Seq is not { } seq)
            return string.IsNullOrWhiteSpace(request.Text) ? (null, Refusal.Invalid("text", "required"))
                : request.Text.Length > MostText ? (null, Refusal.Invalid("text", "too_long", MostText)) : (request.Text, null);
        if (await reader.Entry(head, seq, ct) is not { } entry)
            return (null, Refusal.NotFound());
        var said = entry.For(actor.Rights.Fields).Body switch // as the reader sees it: what is starred out stays so
        {
            MessagePosted { Revision: not { Recalled: true } } message => message.Text,
            NotePosted { Revision: not { Recalled: true } } note => note.Text,
            _ => null,
        };
        return string.IsNullOrWhiteSpace(said) ? (null, Refusal.NotFound()) : (said.Length <= MostText ? said : said[..MostText], null);
    }

    /// <summary>In which language the customer writes; <c>und</c>: nothing tells.</summary>
    private static async Task<string> LanguageOf(ConversationHead head, ConversationReader reader, CancellationToken ct)
    {
        var page = await reader.Page(head, new PageOf(60, OnlyPublic: true), ct);
        return LanguageGuess.Of(string.Join('\n', page.Entries.Select(entry => entry.Body).OfType<MessagePosted>().Where(message => message.Direction == Direction.In).TakeLast(Told).Select(message => message.Text)));
    }

    internal static bool IsSame(string from, string to) => from == to || (from != "und" && Base(from) == Base(to) && !(from.StartsWith("zh-", StringComparison.Ordinal) && to.StartsWith("zh-", StringComparison.Ordinal)));

    private static string Base(string tag) => tag.Split('-')[0];

    [GeneratedRegex("^[a-z]{2,3}(-[A-Za-z]{2,4})?$", RegexOptions.NonBacktracking)]
    private static partial Regex LanguageTag();
}
