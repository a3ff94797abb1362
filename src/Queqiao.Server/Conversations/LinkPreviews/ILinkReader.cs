namespace Queqiao.Server.Conversations.LinkPreviews;

/// <summary>What a page says of itself. Text only: a picture would have to be fetched by colleagues' browsers, and tell its site who looks.</summary>
/// <param name="Host">Where it lies in the end, after redirects.</param>
internal sealed record LinkPreview(string Url, string Host, string Title, string? Description, string? Site);

/// <summary>Looks at a page for somebody. The seam: another way to look (a rendering service, a firm's own index) is another one of these.</summary>
internal interface ILinkReader
{
    /// <summary>Null: it says nothing, is no page, or does not answer.</summary>
    Task<LinkPreview?> Read(Uri address, CancellationToken ct);
}
