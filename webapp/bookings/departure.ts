import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'departure', timestamps: false })
export class Departure extends Model {
  @Column({ type: DataType.STRING(63), primaryKey: true, field: 'destination_id' })
  declare destinationId: string;

  @Column({ type: DataType.DATEONLY, primaryKey: true, field: 'departure_date' })
  declare departureDate: string;

  @Column({ type: DataType.SMALLINT.UNSIGNED })
  declare capacity: number;

  @Column({ type: DataType.SMALLINT.UNSIGNED })
  declare booked: number;
}
