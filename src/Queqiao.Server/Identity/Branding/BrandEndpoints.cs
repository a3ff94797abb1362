using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Branding;

/// <param name="Images">Addresses, by kind.</param>
/// <param name="Colors">Shades of the colour that can be read; null: the product's own.</param>
/// <param name="Sheet">The style sheet that has them.</param>
internal sealed record BrandView(string? Name, string? Color, string? MailFooter, IReadOnlyDictionary<string, string> Images, BrandColors? Colors, string? Sheet)
{
    public static BrandView Of(Brand brand) => new(
        brand.Name, brand.Color, brand.MailFooter, brand.Images.ToDictionary(image => image.Key, image => BrandDress.ImagePath(brand, image.Key)), brand.Color is { } color ? BrandColors.Of(color) : null, BrandDress.SheetPath(brand));

    /// <summary>What everybody may read in the page.</summary>
    public static object Shown(Brand brand) => new { brand.Name, Images = brand.Images.ToDictionary(image => image.Key, image => BrandDress.ImagePath(brand, image.Key)) };
}

/// <summary><c>/api/v1/branding</c>, and the public files of a brand below <c>/console/brand/</c>.</summary>
internal static partial class BrandEndpoints
{
    private const int MostName = 40;
    private const int MostFooter = 500;

    /// <summary>Icons of apps are drawn on screens of every size.</summary>
    private const int LeastIcon = 192;

    public static void MapBranding(this IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/v1/branding").WithTags("Workspace");
        own.MapGet("", Show).Needs(Permissions.ManageWorkspace).TakesQuery().WithSummary("The firm's own name, signs and colour in the console").Produces<BrandView>();
        own.MapPut("", Change).Needs(Permissions.ManageWorkspace).NeedsPerson().TakesQuery().WithSummary("Set name, colour and the foot of letters; null: the product's own").Produces<BrandView>();
        own.MapGet("/colors", Colors).Needs(Permissions.ManageWorkspace).TakesQuery("color").WithSummary("Shades of a colour that can be read, before it is set").Produces<BrandColors>();
        own.MapPut("/images/{kind}", SetImage).Needs(Permissions.ManageWorkspace).NeedsPerson().TakesQuery().WithSummary("A logo (logo-light, logo-dark) or the app's icon").Produces<BrandView>();
        own.MapDelete("/images/{kind}", TakeImage).Needs(Permissions.ManageWorkspace).NeedsPerson().TakesQuery().WithSummary("Back to the product's own").Produces<BrandView>();
        app.MapGet("/console/brand/{ws:int}/colors.css", Css).IsPublic().ExcludeFromDescription();
        app.MapGet("/console/brand/{ws:int}/{kind}", Image).IsPublic().ExcludeFromDescription();
    }

    public sealed record Request(string? Name = null, string? Color = null, string? MailFooter = null);

    /// <param name="Data">The file in base64; PNG, JPEG or WebP.</param>
    public sealed record ImageRequest(string ContentType, string Data);

    private static async Task<IResult> Show(Actor actor, BrandBook book, CancellationToken ct) => TypedResults.Ok(BrandView.Of(await book.Of(actor.Ws, ct)));

    private static IResult Colors(string color) => ColorText().IsMatch(color) ? TypedResults.Ok(BrandColors.Of(color)) : Refusal.Invalid("color", "invalid_color").ToProblem();

    private static async Task<IResult> Change(Request request, Actor actor, BrandBook book, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var (name, footer) = (Given(request.Name), Given(request.MailFooter));
        if (name?.Length > MostName)
            return Refusal.Invalid("name", "too_long", MostName).ToProblem();
        if (OneLine.HidesSomething(name))
            return Refusal.Invalid("name", "control_characters").ToProblem();
        if (footer?.Length > MostFooter)
            return Refusal.Invalid("mailFooter", "too_long", MostFooter).ToProblem();
        if (request.Color is not null && !ColorText().IsMatch(request.Color))
            return Refusal.Invalid("color", "invalid_color").ToProblem();
        return await Write(actor, book, storage, context, "branding.changed", new { name, color = request.Color }, async (unit, stop) =>
        {
            var row = await unit.Db.Table<BrandRow>().SingleOrDefaultAsync(one => one.Ws == actor.Ws, stop);
            if (row is null)
                unit.Db.Table<BrandRow>().Add(row = new BrandRow { Ws = actor.Ws, ChangedAt = 0 });
            (row.Name, row.Color, row.MailFooter, row.ChangedAt) = (name, request.Color?.ToLowerInvariant(), footer, unit.Ids.Now());
        }, ct);
    }

    private static async Task<IResult> SetImage(string kind, ImageRequest request, Actor actor, BrandBook book, Pictures pictures, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (!BrandBook.Kinds.Contains(kind))
            return Refusal.NotFound().ToProblem();
        if (request.Data.Length > BrandBook.MostBytes * 4 / 3 + 4)
            return Refusal.Invalid("data", "brand_image_large", BrandBook.MostBytes / 1024).ToProblem();
        var room = new byte[request.Data.Length];
        if (request.ContentType is not ("image/png" or "image/jpeg" or "image/webp") || !Convert.TryFromBase64String(request.Data, room, out var length)
            || ImageHeader.Read(request.ContentType, new MemoryStream(room, 0, length)) is not { } size || (long)size.Width * size.Height > ImageHeader.MostPixels
            || !pictures.Work || await pictures.Encode(request.ContentType, room[..length], ct) is not { } picture)
            return Refusal.Invalid("data", "brand_image_unreadable").ToProblem();
        if (kind == "icon" && (request.ContentType != "image/png" || picture.Width != picture.Height || picture.Width < LeastIcon))
            return Refusal.Invalid("data", "brand_icon", LeastIcon).ToProblem();
        var hash = BrandBook.HashOf(picture.Bytes);
        return await Write(actor, book, storage, context, "branding.image_set", new { kind, hash }, async (unit, stop) =>
        {
            await unit.Db.Table<BrandImage>().Where(row => row.Ws == actor.Ws && row.Kind == kind).ExecuteDeleteAsync(stop);
            unit.Db.Table<BrandImage>().Add(new BrandImage { Ws = actor.Ws, Kind = kind, ContentType = request.ContentType, Bytes = picture.Bytes, Hash = hash, Width = picture.Width, Height = picture.Height });
        }, ct);
    }

    private static async Task<IResult> TakeImage(string kind, Actor actor, BrandBook book, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        !(await book.Of(actor.Ws, ct)).Images.ContainsKey(kind) ? Refusal.NotFound().ToProblem() : await Write(actor, book, storage, context, "branding.image_taken", new { kind }, (unit, stop) => unit.Db.Table<BrandImage>().Where(row => row.Ws == actor.Ws && row.Kind == kind).ExecuteDeleteAsync(stop), ct);

    private static async Task<IResult> Write(Actor actor, BrandBook book, IStorageEngine storage, HttpContext context, string action, object detail, Func<WriteUnit, CancellationToken, Task> change, CancellationToken ct)
    {
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            await change(unit, stop);
            await unit.Db.SaveChangesAsync(stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), action, "workspace", null, detail, stop);
            unit.AfterCommit(() => book.Changed(actor.Ws));
            return 0;
        }, ct);
        return TypedResults.Ok(BrandView.Of(await book.Of(actor.Ws, ct)));
    }

    private static async Task<IResult> Css(int ws, BrandBook book, HttpContext context, CancellationToken ct)
    {
        if ((await book.Of(ws, ct)).Color is not { } color)
            return TypedResults.NotFound();
        Keep(context, color[1..]);
        return TypedResults.Text(BrandColors.Of(color).Css(), "text/css; charset=utf-8");
    }

    private static async Task<IResult> Image(int ws, string kind, BrandBook book, HttpContext context, CancellationToken ct)
    {
        if (!BrandBook.Kinds.Contains(kind) || await book.Image(ws, kind, ct) is not { } image)
            return TypedResults.NotFound();
        Keep(context, image.Hash);
        return TypedResults.Bytes(image.Bytes, image.ContentType);
    }

    /// <summary>An address with the right hash is good for ever; another one only until somebody looks again.</summary>
    private static void Keep(HttpContext context, string version) =>
        context.Response.Headers.CacheControl = context.Request.Query["v"] == version ? "public, max-age=31536000, immutable" : "no-cache";

    private static string? Given(string? text) => text?.Trim() is { Length: > 0 } given ? given : null;

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.NonBacktracking)]
    private static partial Regex ColorText();
}
