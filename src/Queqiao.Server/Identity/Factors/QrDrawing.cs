using System.Globalization;
using System.Text;
using QRCoder;

namespace Queqiao.Server.Identity.Factors;

/// <summary>A QR code as the path of an SVG: the console draws it itself, so no image has to be let through the content policy.</summary>
/// <param name="Size">Width and height, in modules; the quiet zone is part of it.</param>
/// <param name="Path">The <c>d</c> of the dark modules.</param>
internal sealed record QrDrawing(int Size, string Path)
{
    public static QrDrawing Of(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var path = new StringBuilder();
        for (var y = 0; y < data.ModuleMatrix.Count; y++)
        {
            var row = data.ModuleMatrix[y];
            for (var x = 0; x < row.Count; x++)
            {
                var from = x;
                while (x < row.Count && row[x])
                    x++;
                if (x > from)
                    path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}v1h-{x - from}z");
            }
        }
        return new QrDrawing(data.ModuleMatrix.Count, path.ToString());
    }
}
