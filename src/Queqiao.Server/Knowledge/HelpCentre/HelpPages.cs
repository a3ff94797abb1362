using System.Globalization;
using System.Text;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Rendering;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary>The pages, as HTML inside the frame. Everything from the knowledge goes through <see cref="HelpFrame.E"/> or <see cref="Markup.Html"/>.</summary>
internal static class HelpPages
{
    private static string E(string? text) => HelpFrame.E(text);

    public static HelpFrame.Page Home(HelpSite site)
    {
        var items = site.Items.ToList();
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1 class=\"lead\">{E(site.Lead ?? site.Title)}</h1><ul class=\"shelves\">");
        foreach (var category in Shelves(site, items, parent: null))
        {
            var inside = In(site, items, category.Id).OrderBy(item => item.IsFaq).ThenBy(item => item.Id).ToList();
            body.Append(CultureInfo.InvariantCulture, $"<li><h2><a href=\"{Link(site, category)}\">{E(Shelf.NameOf(category, site.Language))}</a></h2><ul>");
            foreach (var item in inside.Take(5))
                body.Append(ItemLink(site, item));
            body.Append(CultureInfo.InvariantCulture, $"</ul><p class=\"more\"><a href=\"{Link(site, category)}\">{site.T("count", inside.Count)}</a></p></li>");
        }
        body.Append("</ul>");
        var loose = items.Where(item => item.CategoryId is null || !site.Shelf.Categories.ContainsKey(item.CategoryId.Value)).Take(20).ToList();
        if (loose.Count > 0)
            body.Append(CultureInfo.InvariantCulture, $"<h2>{site.T("other")}</h2><ul class=\"list\">{string.Concat(loose.Select(item => ItemLink(site, item)))}</ul>");
        if (items.Count == 0)
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"empty\">{site.T("empty")}</p>");
        return new HelpFrame.Page(site.Title, $"/help/{site.Language}", body.ToString(), site.Lead, Data: new Dictionary<string, object> { ["@type"] = "WebSite", ["name"] = site.Title });
    }

    public static HelpFrame.Page? Category(HelpSite site, string slug)
    {
        if (site.Shelf.Categories.Values.FirstOrDefault(row => row.BaseId == site.Home.Id && row.Slug == slug) is not { } category)
            return null;
        var items = site.Items.ToList();
        var inside = In(site, items, category.Id).ToList();
        if (inside.Count == 0)
            return null; // a name alone may say too much
        var name = Shelf.NameOf(category, site.Language);
        var body = new StringBuilder(Crumbs(site, category.ParentId, name)).Append(CultureInfo.InvariantCulture, $"<h1>{E(name)}</h1>");
        foreach (var below in Shelves(site, items, category.Id))
            body.Append(CultureInfo.InvariantCulture, $"<h2><a href=\"{Link(site, below)}\">{E(Shelf.NameOf(below, site.Language))}</a></h2><ul class=\"list\">{string.Concat(In(site, items, below.Id).Take(8).Select(item => ItemLink(site, item)))}</ul>");
        body.Append(CultureInfo.InvariantCulture, $"<ul class=\"list\">{string.Concat(inside.Where(item => item.CategoryId == category.Id).OrderBy(item => item.IsFaq).ThenBy(item => item.Id).Select(item => ItemLink(site, item)))}</ul>");
        return new HelpFrame.Page(name, Link(site, category), body.ToString(), $"{name} · {site.Title}", Trail: Trail(site, category.Id),
            Paths: [.. site.Languages.Where(language => HasAnything(site with { Language = language }, category.Id)).Select(language => (language, Link(site with { Language = language }, category)))]);
    }

    public static HelpFrame.Page Article(HelpSite site, PublishedItem item, bool thanks)
    {
        var (title, summary, markdown) = Words(site, item);
        var body = new StringBuilder(Crumbs(site, item.CategoryId, null));
        body.Append(CultureInfo.InvariantCulture, $"<article><h1>{E(title)}</h1>");
        var sections = item.IsFaq ? [] : Markup.Sections(markdown).Where(section => section is { Heading: not null, Level: 2 }).ToList();
        if (sections.Count > 2)
            body.Append(CultureInfo.InvariantCulture, $"<nav class=\"toc\" aria-label=\"{site.T("toc")}\"><ul>{string.Concat(sections.Select(section => $"<li><a href=\"#{E(section.Anchor)}\">{E(section.Heading)}</a></li>"))}</ul></nav>");
        body.Append(CultureInfo.InvariantCulture, $"<div class=\"text\">{Markup.Html(markdown)}</div><p class=\"when\">{site.T("updated", Date(item.PublishedAt))}</p></article>");
        body.Append(Thumbs(site, item, thanks)).Append(Related(site, item));
        var plain = Markup.Plain(markdown);
        return new HelpFrame.Page(title, PublicPath.To(item, site.Language), body.ToString(), Cut(summary ?? plain, 160), Data: Data(item, title, plain), ChangedAt: item.PublishedAt,
            Trail: [.. Trail(site, item.CategoryId), (title, PublicPath.To(item, site.Language))],
            Paths: [.. site.Languages.Where(language => (site with { Language = language }).SpeaksHere(item)).Select(language => (language, PublicPath.To(item, language)))]);
    }

    public static HelpFrame.Page Search(HelpSite site, string words, FoundKnowledge found, IReadOnlyList<Queqiao.Text.Answering.Fact> path)
    {
        var body = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<h1>{site.T("results", words)}</h1>");
        if (found.Corrected is { } corrected)
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"when\">{site.T("understood", corrected)}</p>");
        if (path.Count > 0)
            body.Append(CultureInfo.InvariantCulture, $"<section class=\"path\"><h2>{site.T("facts")}</h2><ol>{string.Concat(path.Select(fact => $"<li><b>{E(fact.Subject)}</b> <span>{E(fact.Relation)}</span> <b>{E(fact.Target)}</b></li>"))}</ol></section>");
        if (found.Hits.Count == 0 && path.Count == 0)
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"empty\">{site.T("nothing")}</p>");
        body.Append("<ol class=\"hits\">");
        foreach (var hit in found.Hits)
            body.Append(CultureInfo.InvariantCulture, $"<li><h2><a href=\"{E(PublicPath.To(hit.Item, site.Language) + (hit.Source.Anchor is { } anchor ? "#" + Uri.EscapeDataString(anchor) : ""))}\">{E(hit.Source.Title)}</a></h2>{(hit.Source.Heading is { } heading ? $"<p class=\"when\">{E(heading)}</p>" : "")}<p>{Marked(hit.Excerpt, hit.Marks)}</p></li>");
        return new HelpFrame.Page(Plain(site, "search"), $"/help/{site.Language}/search", body.Append("</ol>").ToString(), IsIndexed: false, Search: words);
    }

    public static HelpFrame.Page Missing(HelpSite site) =>
        new(Plain(site, "missing"), $"/help/{site.Language}", $"<h1>{site.T("missing")}</h1><p class=\"empty\">{site.T("missing_text")} <a href=\"/help/{E(site.Language)}\">{site.T("back")}</a></p>", IsIndexed: false);

    /// <summary>A word of the server's own that is encoded later.</summary>
    private static string Plain(HelpSite site, string code) => Platform.I18n.Messages.Text(site.Words, "help_" + code);

    private static (string Title, string? Summary, string Markdown) Words(HelpSite site, PublishedItem item)
    {
        if (item.IsFaq)
            return (item.Content.TitleIn(site.Language), null, item.Content.AnswerFor(KnowledgeReader.Stranger, site.Language, "web")?.Text ?? "");
        var text = item.Content.Texts.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, site.Language)) ?? item.Content.Texts[0];
        return (text.Title, text.Summary, text.Body);
    }

    private static string Thumbs(HelpSite site, PublishedItem item, bool thanks) => thanks
        ? $"<section class=\"thumbs\" id=\"thanks\"><p role=\"status\">{site.T("thanks")}</p></section>"
        : $"""
          <section class="thumbs"><form method="post" action="/help/{E(site.Language)}/articles/{item.Id:N}/feedback"><h2>{site.T("helpful")}</h2>
          <p><button name="liked" value="1">{site.T("yes")}</button> <button name="liked" value="0">{site.T("no")}</button></p>
          <details><summary>{site.T("say_more")}</summary><label for="comment">{site.T("comment")}</label><textarea id="comment" name="comment" rows="3" maxlength="1000"></textarea></details></form></section>
          """;

    private static string Related(HelpSite site, PublishedItem item)
    {
        var near = site.Shelf.Index.Find(Words(site, item).Title, site.Shelf.Synonyms, 12, key => key.Item != item.Id && site.Find(key.Item) is { } other && site.SpeaksHere(other)).Items
            .Where(found => found.Covered > 0.25).Select(found => site.Find(found.Key.Item)).OfType<PublishedItem>().DistinctBy(other => other.Id).Take(5).ToList();
        return near.Count == 0 ? "" : $"<section><h2>{site.T("related")}</h2><ul class=\"list\">{string.Concat(near.Select(other => ItemLink(site, other)))}</ul></section>";
    }

    private static Dictionary<string, object> Data(PublishedItem item, string title, string plain) => item.IsFaq
        ? new Dictionary<string, object>
        {
            ["@type"] = "FAQPage",
            ["mainEntity"] = new[] { new Dictionary<string, object> { ["@type"] = "Question", ["name"] = title, ["acceptedAnswer"] = new Dictionary<string, object> { ["@type"] = "Answer", ["text"] = plain } } },
        }
        : new Dictionary<string, object> { ["@type"] = "Article", ["headline"] = Cut(title, 110), ["dateModified"] = Date(item.PublishedAt) };

    /// <summary>Whether something that strangers may see stands on a shelf, in the language of the page.</summary>
    public static bool HasAnything(HelpSite site, Guid category) => In(site, [.. site.Items], category).Any();

    private static IEnumerable<KnowledgeCategory> Shelves(HelpSite site, List<PublishedItem> items, Guid? parent) => site.Shelf.Categories.Values
        .Where(row => row.BaseId == site.Home.Id && row.ParentId == parent && In(site, items, row.Id).Any()).OrderBy(row => row.Position).ThenBy(row => row.Id);

    /// <summary>What stands on a shelf or on one inside it.</summary>
    private static IEnumerable<PublishedItem> In(HelpSite site, List<PublishedItem> items, Guid category) => items.Where(item => IsBelow(site, item.CategoryId, category));

    private static bool IsBelow(HelpSite site, Guid? at, Guid category)
    {
        for (var steps = 0; at is { } id && steps < 8; steps++, at = site.Shelf.Categories.GetValueOrDefault(id)?.ParentId)
        {
            if (id == category)
                return true;
        }
        return false;
    }

    private static List<(string Name, string Path)> Trail(HelpSite site, Guid? category)
    {
        List<(string, string)> trail = [];
        for (var at = category; at is { } id && site.Shelf.Categories.TryGetValue(id, out var row) && trail.Count < 8; at = row.ParentId)
            trail.Insert(0, (Shelf.NameOf(row, site.Language), Link(site, row)));
        trail.Insert(0, (Plain(site, "home"), $"/help/{site.Language}"));
        return trail;
    }

    private static string Crumbs(HelpSite site, Guid? category, string? last)
    {
        var crumbs = Trail(site, category).Skip(1).Select(step => $"<li><a href=\"{step.Path}\">{E(step.Name)}</a></li>");
        return $"<nav class=\"crumbs\" aria-label=\"{site.T("crumbs")}\"><ol><li><a href=\"/help/{E(site.Language)}\">{site.T("home")}</a></li>{string.Concat(crumbs)}{(last is null ? "" : $"<li aria-current=\"page\">{E(last)}</li>")}</ol></nav>";
    }

    private static string ItemLink(HelpSite site, PublishedItem item) => $"<li><a href=\"{E(PublicPath.To(item, site.Language))}\">{E(item.Content.TitleIn(site.Language))}</a></li>";

    public static string Link(HelpSite site, KnowledgeCategory category) => $"/help/{E(site.Language)}/categories/{E(Uri.EscapeDataString(category.Slug))}";

    private static string Marked(string text, IReadOnlyList<TextRange> marks)
    {
        var (html, at) = (new StringBuilder(), 0);
        foreach (var mark in marks)
        {
            html.Append(E(text[at..mark.Start])).Append("<mark>").Append(E(text[mark.Start..mark.End])).Append("</mark>");
            at = mark.End;
        }
        return html.Append(E(text[at..])).ToString();
    }

    private static string Date(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Cut(string text, int most)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= most ? line : line[..(char.IsHighSurrogate(line[most - 1]) ? most - 1 : most)] + "…";
    }
}
