namespace Queqiao.Text.Extracting;

/// <summary>What a piece of a text is.</summary>
public enum EntityKind
{
    /// <summary>A mobile or fixed number.</summary>
    Phone,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A Chinese identity card whose check digit is right.</summary>
    IdCard,

    /// <summary>A bank card whose check digit is right.</summary>
    BankCard,

    /// <summary>A passport, mainland Chinese.</summary>
    Passport,

    /// <summary>A car's plate.</summary>
    Plate,

    /// <summary>An address of a network.</summary>
    IpAddress,

    /// <summary>A number of an order or a parcel.</summary>
    OrderNumber,

    /// <summary>An amount; the value is in minor units with the currency behind it: <c>12050 CNY</c>.</summary>
    Money,

    /// <summary>A day, a time, or both; the value is ISO 8601.</summary>
    Time,

    /// <summary>A postal address, Chinese.</summary>
    Address,

    /// <summary>A name of the dictionary; the value is what the dictionary calls it.</summary>
    Product,
}

/// <summary>A piece of a text that means something.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins in the original, UTF-16.</param>
/// <param name="Length">How long it is there.</param>
/// <param name="Value">In the form in which it is stored and compared.</param>
public sealed record Entity(EntityKind Kind, int Start, int Length, string Value);
