using Queqiao.Server.Identity;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Channels.Email.Letters;

/// <summary>A letter as it is sent.</summary>
internal sealed record WrittenLetter(string To, string? Name, string Subject, string Text)
{
    public override string ToString() => "written letter";
}

/// <summary>What letters say. Nothing of customers, no password, and of what happened only as much as makes somebody look.</summary>
internal static class LetterText
{
    /// <param name="footer">What the firm puts below every letter; null: nothing.</param>
    public static WrittenLetter Of(Letter letter, string? baseUrl, string? footer = null)
    {
        var workspace = letter.Workspace;
        var locale = Locale.FromTag(letter.Language);
        var code = "letter_" + letter.Kind.Replace('.', '_');
        var link = letter.Link ?? (baseUrl is null ? null : baseUrl + PathOf(letter));
        string[] parts =
        [
            Messages.Text(locale, letter.Name is { Length: > 0 } name ? "letter_hello" : "letter_hello_nobody", letter.Name),
            Messages.Text(locale, code, letter.By ?? workspace, workspace),
            .. link is null ? (string[])[] : [link],
            Messages.Text(locale, code + "_end"),
            Foot(locale, workspace, footer),
        ];
        return new WrittenLetter(letter.To, letter.Name, Messages.Text(locale, code + "_subject", workspace), string.Join("\n\n", parts) + "\n");
    }

    public static WrittenLetter Test(string to, string? name, Locale locale, string workspace, string? footer = null) =>
        new(to, name, Messages.Text(locale, "letter_test_subject", workspace), Messages.Text(locale, "letter_test") + "\n\n" + Foot(locale, workspace, footer) + "\n");

    private static string Foot(Locale locale, string workspace, string? footer) => "-- \n" + Messages.Text(locale, "letter_foot", workspace) + (footer is null ? "" : "\n" + footer);

    private static string PathOf(Letter letter) => letter.Kind switch
    {
        NoticeKinds.ApprovalAsked or NoticeKinds.ApprovalDecided => "/console/settings/approvals",
        NoticeKinds.KnowledgeHeld => "/console/knowledge/items/" + letter.About,
        NoticeKinds.KnowledgeImportHeld => "/console/knowledge/imports/" + letter.About,
        _ => "/console/settings/security",
    };
}
