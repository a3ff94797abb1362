using Queqiao.Server.Platform.Access;
namespace Queqiao.Server.Platform.Web;

/// <summary>Puts a firm's own name and signs into the console's page and manifest.</summary>
internal interface IConsoleDress
{
    /// <summary>Null: they stay as they were built.</summary>
    ValueTask<string?> Dress(HttpContext context, string plain, bool isPage);
}

/// <summary>The console, a single page under <c>/console/</c>.</summary>
internal sealed class ConsoleFiles(WebSafetyOptions options, IConsoleDress? dress = null)
{
    private const string Page = "index.html";
    private const string Manifest = "manifest.webmanifest";

    private const string Immutable = "public, max-age=31536000, immutable";
    private const string AskEachTime = "no-cache";
    private const string NotBuilt = """
        <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>Queqiao</title></head><body>
        <h1>控制台尚未构建</h1>
        <p>请安装 Node.js 20.19 或更高版本,然后重新构建服务器(构建时不要使用 SkipConsole):</p>
        <pre>dotnet build src/Queqiao.Server</pre>
        <hr><h1 lang="en">The console has not been built</h1>
        <p lang="en">Install Node.js 20.19 or newer and build the server again, without SkipConsole:</p>
        <pre>dotnet build src/Queqiao.Server</pre>
        </body></html>
        """;

    private readonly AssetFolder _files = new(Path.Combine(options.WebRoot, "console"));

    public async Task Serve(HttpContext context, string path)
    {
        if ((path == Manifest || path.Length == 0 || !AssetFolder.LooksLikeFile(path)) && await ServeDressed(context, path == Manifest ? Manifest : Page))
            return;
        // Vite's list of its own outputs is for the build only.
        var isFile = path != "manifest.json" && await _files.TryServe(context, path, IsHashed(path) ? Immutable : AskEachTime);
        if (isFile)
            return;
        // A chunk of an older build must be 404, so that the page reloads itself, and never the page in a script's place.
        if (IsHashed(path) || AssetFolder.LooksLikeFile(path))
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (!await _files.TryServe(context, "index.html", AskEachTime))
            await ExplainBuild(context);
    }

    /// <summary>The page that starts the console, and what it says of itself as an app, in a firm's own name where it has one.</summary>
    private async Task<bool> ServeDressed(HttpContext context, string file)
    {
        if (dress is null || _files.Text(file) is not { } plain || await dress.Dress(context, plain, isPage: file == Page) is not { } dressed)
            return false;
        context.Response.ContentType = file == Page ? "text/html; charset=utf-8" : "application/manifest+json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Response.Headers.Append("Vary", "Cookie");
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync(dressed, context.RequestAborted);
        return true;
    }

    private static bool IsHashed(string path) => path.StartsWith("assets/", StringComparison.Ordinal);

    private static Task ExplainBuild(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(NotBuilt, context.RequestAborted);
    }
}

/// <summary>The public files of the widget, which pages of any origin load.</summary>
internal sealed class WidgetFiles(WebSafetyOptions options)
{
    private const int VersionDigits = 12;
    private readonly AssetFolder _files = new(Path.Combine(options.WebRoot, "widget"));

    public Task ServeLoader(HttpContext context) => Serve(context, "loader.js", "public, max-age=300");

    /// <summary>The loader asks for <c>app.js?v=HASH</c>; when that is the hash of what we have, it never changes.</summary>
    public Task ServeApp(HttpContext context) => ServeVersioned(context, "app.js");

    /// <summary>What the widget loads when it needs it, named by its hash likewise.</summary>
    public Task ServeChunk(HttpContext context, string name) => ServeVersioned(context, name + ".js");

    private Task ServeVersioned(HttpContext context, string file)
    {
        var isThisVersion = context.Request.Query["v"] is [{ } version] && version == _files.HashOf(file, VersionDigits);
        return Serve(context, file, isThisVersion ? "public, max-age=31536000, immutable" : "public, max-age=300");
    }

    private async Task Serve(HttpContext context, string name, string cacheControl)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        if (await _files.TryServe(context, name, cacheControl))
            return;
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync("The widget has not been built: dotnet build src/Queqiao.Server (without SkipConsole).", context.RequestAborted);
    }
}

/// <summary>The addresses of the built files.</summary>
internal static class WebFiles
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary><c>/</c> and <c>/console/…</c>. Public: the page itself asks who is signed in.</summary>
    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        Map(app, "/", c => GoTo(c, "/console/"));
        Map(app, "/console/{**path}", c =>
            c.Request.Path == "/console"
                ? GoTo(c, "/console/" + c.Request.QueryString)
                : c.RequestServices.GetRequiredService<ConsoleFiles>().Serve(c, (string?)c.Request.RouteValues["path"] ?? ""));
    }

    /// <summary><c>/widget.js</c>, <c>/widget/app.js</c> and what that loads later.</summary>
    public static void MapWidgetFiles(this IEndpointRouteBuilder app)
    {
        Map(app, "/widget.js", c => c.RequestServices.GetRequiredService<WidgetFiles>().ServeLoader(c));
        Map(app, "/widget/app.js", c => c.RequestServices.GetRequiredService<WidgetFiles>().ServeApp(c));
        Map(app, "/widget/{chunk}.js", c => c.RequestServices.GetRequiredService<WidgetFiles>().ServeChunk(c, (string)c.Request.RouteValues["chunk"]!));
    }

    private static void Map(IEndpointRouteBuilder app, string pattern, RequestDelegate serve) =>
        app.MapMethods(pattern, Reading, serve).IsPublic().ExcludeFromDescription();

    private static Task GoTo(HttpContext context, string where)
    {
        context.Response.Redirect(where);
        return Task.CompletedTask;
    }
}
