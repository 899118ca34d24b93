import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'throttle', timestamps: false })
export class ThrottleWindow extends Model {
  @Column({ type: DataType.BLOB, primaryKey: true, field: 'key_hash' })
  declare keyHash: Buffer;

  @Column({ type: DataType.INTEGER.UNSIGNED })
  declare hits: number;

  @Column({ type: DataType.DATE(3), field: 'expires_at' })
  declare expiresAt: Date;
}
