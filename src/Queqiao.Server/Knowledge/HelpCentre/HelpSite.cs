using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary>The help centre that a request is about, and what strangers may see of it.</summary>
internal sealed record HelpSite(Shelf Shelf, KnowledgeBaseRow Home, HelpCentreSettings Settings, string Language, long Now, Brand? Brand = null)
{
    public int Ws => Home.Ws;

    /// <summary>The firm's colour where the help centre takes it over, else its own.</summary>
    public string Color => Settings.TakesBrand && Brand?.Color is { } color ? color : Settings.Color;

    /// <summary>Where a sign of the firm is; null: there is none.</summary>
    public string? Picture(string kind) => Settings.TakesBrand && Brand?.Images.GetValueOrDefault(kind) is { } hash ? $"/help/brand/{kind}?v={hash}" : null;

    public IReadOnlyList<string> Languages => Settings.Languages is { Count: > 0 } chosen ? chosen : [Home.Language];

    /// <summary>The server's own words, in the nearer of its two languages.</summary>
    public Locale Words => KnowledgeContent.Speaks(Language, "zh") ? Locale.ZhCn : Locale.En;

    public string Title => Settings.Titles?.FirstOrDefault(one => KnowledgeContent.Speaks(one.Key, Language)).Value is { Length: > 0 } title ? title : Home.Name;

    public string? Lead => Settings.Leads?.FirstOrDefault(one => KnowledgeContent.Speaks(one.Key, Language)).Value;

    /// <summary>Whether a stranger may see an item here now. The only way in which pages come to items.</summary>
    public bool Shows(PublishedItem item) => item.BaseId == Home.Id && item.MaySee(KnowledgeReader.Stranger, Now)
        && (!item.IsFaq || item.Content.AnswerFor(KnowledgeReader.Stranger, Language, "web") is not null); // answered for others only: not even the question

    /// <summary>What is there in the language of the page.</summary>
    public IEnumerable<PublishedItem> Items => Shelf.Items.Where(item => Shows(item) && SpeaksHere(item));

    public PublishedItem? Find(Guid id) => Shelf.Find(id)?.Item is { } item && Shows(item) ? item : null;

    public bool SpeaksHere(PublishedItem item) => item.Content.Languages.Any(language => KnowledgeContent.Speaks(language, Language));
}

/// <summary>Finds the help centre by host and language.</summary>
internal sealed class HelpSites(KnowledgeLibrary library, TimeProvider clock, IBranding? branding = null)
{
    /// <summary>Null: there is none here.</summary>
    public async ValueTask<HelpSite?> Of(HttpContext context, string? language, CancellationToken ct)
    {
        var host = context.Request.Host.Host;
        (Shelf Shelf, KnowledgeBaseRow Home)? found = null;
        foreach (var ws in await library.WorkspacesKnown(ct))
        {
            var shelf = await library.Of(ws, ct);
            foreach (var home in shelf.Bases.Where(row => HelpCentreSettings.Of(row.Help).IsOn))
            {
                if (home.Host is { } own && own.Equals(host, StringComparison.OrdinalIgnoreCase))
                    return await Site(shelf, home, context, language, ct);
                // Under the server's own name: the first one that has no name of its own, else the first.
                found = found is null || (found.Value.Home.Host is not null && home.Host is null) ? (shelf, home) : found;
            }
        }
        return found is { } one ? await Site(one.Shelf, one.Home, context, language, ct) : null;
    }

    private async ValueTask<HelpSite?> Site(Shelf shelf, KnowledgeBaseRow home, HttpContext context, string? language, CancellationToken ct)
    {
        var settings = HelpCentreSettings.Of(home.Help);
        var site = new HelpSite(shelf, home, settings, language ?? home.Language, clock.GetUtcNow().ToUnixTimeMilliseconds(), branding is null ? null : await branding.Of(home.Ws, ct));
        if (language is not null)
            return site.Languages.Contains(language, StringComparer.Ordinal) ? site : null;
        var wanted = Locale.Of(context).Tag;
        return site with { Language = site.Languages.FirstOrDefault(one => KnowledgeContent.Speaks(one, wanted)) ?? site.Languages[0] };
    }
}
