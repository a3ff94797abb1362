namespace Queqiao.Server.Identity;

/// <summary>How the product shows itself to a firm: by the firm's own name, signs and colour where it has set them.</summary>
internal interface IBranding
{
    ValueTask<Brand> Of(int ws, CancellationToken ct);

    /// <summary>One of its images; null: there is none of this kind.</summary>
    Task<BrandPicture?> Picture(int ws, string kind, CancellationToken ct);
}

internal sealed record BrandPicture(byte[] Bytes, string ContentType, string Hash);

/// <param name="Name">Instead of the product's name; null: that.</param>
/// <param name="Color">As <c>#rrggbb</c>; null: the product's.</param>
/// <param name="MailFooter">Below letters to colleagues; null: nothing more.</param>
/// <param name="Images">The SHA-256 of each image (hexadecimal, its beginning), by kind.</param>
internal sealed record Brand(int Ws, string? Name, string? Color, string? MailFooter, IReadOnlyDictionary<string, string> Images)
{
    public static Brand None(int ws) => new(ws, null, null, null, new Dictionary<string, string>());

    public bool IsNone => Name is null && Color is null && Images.Count == 0;
}
