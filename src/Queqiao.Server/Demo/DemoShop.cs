using System.Globalization;
using System.Reflection;
using System.Text;

namespace Queqiao.Server.Demo;

/// <summary>A question that customers ask, in its several wordings, and what the shop answers.</summary>
internal sealed record ShopQuestion(string Id, string Category, IReadOnlyList<string> Wordings, string Answer);

internal sealed record ShopProduct(string Sku, string NameZh, string NameEn, string Category, decimal Price);

/// <summary>The invented shop 鹊桥优选: the tab-separated files in <c>Shop/</c> (CC0-1.0).</summary>
internal sealed class DemoShop
{
    public static readonly DemoShop Instance = new();

    private DemoShop()
    {
        Products = [.. Rows("products.tsv").Select(row => new ShopProduct(row[0], row[1], row[2], row[3], decimal.Parse(row[4], CultureInfo.InvariantCulture) / 100))];
        Chinese = Questions("faqs.zh.tsv");
        English = Questions("faqs.en.tsv");
        Facts = [.. Rows("graph.tsv").Select(row => (row[0], row[1], row[2]))];
    }

    public IReadOnlyList<ShopProduct> Products { get; }

    public IReadOnlyList<ShopQuestion> Chinese { get; }

    public IReadOnlyList<ShopQuestion> English { get; }

    /// <summary>Product – problem – cause – fix, policy, part – price.</summary>
    public IReadOnlyList<(string Subject, string Relation, string Target)> Facts { get; }

    // faq_id, category, question, similar (joined by " || "), answer
    private static List<ShopQuestion> Questions(string file) =>
        [.. Rows(file).Select(row => new ShopQuestion(row[0], row[1], [row[2], .. row[3].Split(" || ", StringSplitOptions.RemoveEmptyEntries)], row[4]))];

    /// <summary>The rows below the header.</summary>
    private static IEnumerable<string[]> Rows(string file)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var stream = assembly.GetManifestResourceStream($"Queqiao.Server.Demo.Shop.{file}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
            yield return line.Split('\t');
    }
}
