using System.Globalization;

namespace Queqiao.Server.Identity.Branding;

/// <summary>What the console needs of one colour, in one theme.</summary>
/// <param name="Fill">Of buttons; white stands on it.</param>
/// <param name="Ink">Of links and marks.</param>
/// <param name="Soft">Behind what is chosen.</param>
/// <param name="Bubble">Behind what colleagues said.</param>
internal sealed record BrandShades(string Fill, string Hover, string Ink, string Soft, string Bubble);

/// <summary>
/// Shades of one colour that can be read: text 4.5 to 1, shapes 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11), on every ground of the console.
/// What is too light or too dark for that is moved as far as it has to be, and no further. Pure.
/// </summary>
internal sealed record BrandColors(BrandShades Light, BrandShades Dark, bool IsMoved)
{
    private const double Text = 4.55; // a little more than 4.5: bytes round
    private const double Shape = 3.05;

    // The grounds and inks of console/src/app/tokens.css; a test compares them.
    private static readonly Rgb White = new(255, 255, 255);
    private static readonly Rgb Black = new(0, 0, 0);
    private static readonly Rgb[] LightGrounds = [White, Rgb.Of("#eef1f5"), Rgb.Of("#f3f5f8")];
    private static readonly Rgb[] LightInks = [Rgb.Of("#5c6879"), Rgb.Of("#465263"), Rgb.Of("#b3261e"), Rgb.Of("#8a4f00")];
    private static readonly Rgb[] DarkGrounds = [Rgb.Of("#131922"), Rgb.Of("#1a222d"), Rgb.Of("#0b0f15"), Rgb.Of("#1d2632")];
    private static readonly Rgb[] DarkInks = [Rgb.Of("#93a0b1"), Rgb.Of("#b6c1cf"), Rgb.Of("#ff8f86"), Rgb.Of("#f0b35a")];

    /// <param name="color"><c>#rrggbb</c>.</param>
    public static BrandColors Of(string color)
    {
        var wish = Rgb.Of(color);
        var light = LightOf(wish);
        return new(light, DarkOf(wish), light.Fill != wish.ToString());
    }

    private static BrandShades LightOf(Rgb wish)
    {
        var fill = Move(wish, Black, one => Contrast(one, White) >= Text);
        var soft = Mix(wish, White, 0.9, one => LightInks.All(ink => Contrast(ink, one) >= Text));
        var bubble = Mix(wish, White, 0.86, one => LightInks.Take(3).All(ink => Contrast(ink, one) >= Text));
        Rgb[] grounds = [.. LightGrounds, soft, bubble];
        return new(fill.ToString(), Toward(fill, Black, 0.14).ToString(), Move(fill, Black, one => grounds.All(ground => Contrast(one, ground) >= Text)).ToString(), soft.ToString(), bubble.ToString());
    }

    private static BrandShades DarkOf(Rgb wish)
    {
        var light = Move(wish, White, one => Contrast(one, DarkGrounds[0]) >= Shape);
        var fill = Move(light, Black, one => Contrast(one, White) >= Text);
        var soft = Mix(fill, DarkGrounds[0], 0.78, one => DarkInks.All(ink => Contrast(ink, one) >= Text));
        var bubble = Mix(fill, DarkGrounds[0], 0.7, one => DarkInks.Take(3).All(ink => Contrast(ink, one) >= Text));
        Rgb[] grounds = [.. DarkGrounds, soft, bubble];
        return new(fill.ToString(), Toward(fill, Black, 0.08).ToString(), Move(fill, White, one => grounds.All(ground => Contrast(one, ground) >= Text)).ToString(), soft.ToString(), bubble.ToString());
    }

    /// <summary>As the style sheet that lies over the console's own.</summary>
    public string Css() => string.Create(CultureInfo.InvariantCulture, $$"""
        :root {
          --brand: light-dark({{Light.Fill}}, {{Dark.Fill}});
          --brand-hover: light-dark({{Light.Hover}}, {{Dark.Hover}});
          --brand-ink: light-dark({{Light.Ink}}, {{Dark.Ink}});
          --brand-soft: light-dark({{Light.Soft}}, {{Dark.Soft}});
          --bubble-out: light-dark({{Light.Bubble}}, {{Dark.Bubble}});
        }
        """);

    internal static double Contrast(string one, string other) => Contrast(Rgb.Of(one), Rgb.Of(other));

    private static double Contrast(Rgb one, Rgb other)
    {
        var (a, b) = (one.Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static Rgb Move(Rgb from, Rgb to, Func<Rgb, bool> enough)
    {
        for (var part = 0.0; part < 1; part += 0.02)
        {
            if (Toward(from, to, part) is var one && enough(one))
                return one;
        }
        return to;
    }

    /// <summary>A ground with as much of the colour as can be read on.</summary>
    private static Rgb Mix(Rgb color, Rgb ground, double part, Func<Rgb, bool> enough)
    {
        for (; part < 1; part += 0.02)
        {
            if (Toward(color, ground, part) is var one && enough(one))
                return one;
        }
        return ground;
    }

    private static Rgb Toward(Rgb from, Rgb to, double part) =>
        new(Between(from.R, to.R, part), Between(from.G, to.G, part), Between(from.B, to.B, part));

    private static byte Between(byte from, byte to, double part) => (byte)Math.Round(from + ((to - from) * part));

    private readonly record struct Rgb(byte R, byte G, byte B)
    {
        public static Rgb Of(string color) => new(Part(color, 1), Part(color, 3), Part(color, 5));

        public double Luminance => (0.2126 * Linear(R)) + (0.7152 * Linear(G)) + (0.0722 * Linear(B));

        public override string ToString() => $"#{R:x2}{G:x2}{B:x2}";

        private static byte Part(string color, int at) => byte.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        private static double Linear(byte part) => part / 255.0 is var one && one <= 0.04045 ? one / 12.92 : Math.Pow((one + 0.055) / 1.055, 2.4);
    }
}
