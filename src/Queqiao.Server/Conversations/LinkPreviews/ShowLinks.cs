using System.Text.RegularExpressions;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.LinkPreviews;

/// <summary>
/// <c>GET /api/v1/conversations/{id}/messages/{seq}/links</c>: what the pages say that a message leads to. Only addresses of messages that
/// one may read are asked, and only where the workspace has switched it on: asking tells a page that somebody reads.
/// </summary>
internal static partial class ShowLinks
{
    private const int Most = 3;

    internal sealed record Answer(IReadOnlyList<LinkPreview> Items);

    public static async Task<IResult> Handle(Guid id, long seq, Actor actor, ConversationReader reader, SettingsBoard settings, ILinkReader links, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head || await reader.Entry(head, seq, ct) is not { } entry)
            return Refusal.NotFound().ToProblem();
        if (!settings.Of(actor.Ws).LinkPreviews)
            return TypedResults.Ok(new Answer([]));
        var text = entry.For(actor.Rights.Fields).Body switch
        {
            MessagePosted { Revision: not { Recalled: true } } message => message.Text,
            NotePosted { Revision: not { Recalled: true } } note => note.Text,
            _ => "",
        };
        var found = await Task.WhenAll(AddressesIn(text).Take(Most).Select(address => links.Read(address, ct)));
        return TypedResults.Ok(new Answer([.. found.OfType<LinkPreview>()]));
    }

    /// <summary>As the console finds them. Signed and one-time addresses cannot be told from others; that is why this is off until somebody wants it.</summary>
    internal static IEnumerable<Uri> AddressesIn(string text) => Address().Matches(text)
        .Select(match => match.Value.TrimEnd('.', ',', ';', ':', '!', '?', ')'))
        .Select(one => Uri.TryCreate(one, UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && address.AbsoluteUri.Length <= 2000 ? new UriBuilder(address) { Fragment = "" }.Uri : null)
        .OfType<Uri>().Distinct();

    [GeneratedRegex(@"https?://[^\s<>""'`\u3000-\u303f\uff00-\uffef\u4e00-\u9fff\u2018-\u201d\u202a-\u202e\u2066-\u2069]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
