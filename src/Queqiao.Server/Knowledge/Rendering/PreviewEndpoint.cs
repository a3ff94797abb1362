using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Knowledge.Rendering;

/// <summary><c>POST /api/v1/knowledge/preview</c>: a text as the help centre would show it, for the editor.</summary>
internal static class PreviewEndpoint
{
    public sealed record Request(string Text);

    /// <param name="Html">Made by the server; safe to show in a page without scripts.</param>
    public sealed record Answer(string Html);

    public static IResult Handle(Request request) => request.Text.Length > ContentRules.MostBody
        ? Refusal.Invalid("text", "too_long", ContentRules.MostBody).ToProblem()
        : TypedResults.Ok(new Answer(Markup.Html(request.Text, "/api/v1/knowledge/files/")));
}
